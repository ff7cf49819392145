"""Forms: what people type and do on pages, turned into what actions take."""
