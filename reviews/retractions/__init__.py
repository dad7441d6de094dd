"""Files of retraction records: what their rows say, and how they come into the database."""
