"""What the site computes in Python: desks, each the photos, classifier and trainings that one page works on."""
