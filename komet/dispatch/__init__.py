"""What is sent back to Komet: every write is planned, sent once, and its outcome known or named."""
