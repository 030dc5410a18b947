"""One request and its answer: who asks, what was filled in, and the page that comes back."""
