"""PDF read strictly and written in one way: objects, revisions, pages, form, attachments."""
