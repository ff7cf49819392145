"""守诺 Shounuo: signed conduct pledges that prove themselves."""
