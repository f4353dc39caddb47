"""Client of Basware's API and of its webhook signatures; usable on its own."""
