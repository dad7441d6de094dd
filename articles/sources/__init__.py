"""The library of works that articles cite: what is pasted, looked up, printed and given away again."""
