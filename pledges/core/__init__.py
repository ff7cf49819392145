"""The rules of pledges in pure Python: no Django, no input or output, frozen values in and out."""
