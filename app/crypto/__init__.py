"""Keys, encrypted texts and blind indexes; knows no table and no file, only bytes and texts."""
