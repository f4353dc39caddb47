"""The document fetcher: a notification in, the whole accounting document out."""
