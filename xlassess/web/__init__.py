"""The desk: pages in the browser over the same services as the command line."""
