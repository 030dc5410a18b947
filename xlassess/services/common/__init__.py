"""What verbs share: opening an assessment, who is asked, issuing, and files of the outbox."""
