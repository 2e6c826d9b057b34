"""What reads rows of training runs and their workers: listed, in progress, in time; writes none."""
