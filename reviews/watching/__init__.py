"""What becomes of sources after they were checked: standings, matched each night."""
