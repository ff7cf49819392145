"""The verifier of signed pledges that needs no Django, no database and no network."""
