"""What became of sources after they were checked, and what is done about it."""
