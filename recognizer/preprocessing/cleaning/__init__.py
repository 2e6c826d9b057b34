"""What stands out from the paper and yet is not the writing: frames, lines, foreign ink, specks."""
