"""The assessment folder and the toolkits on disk."""
