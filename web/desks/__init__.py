"""The site's Python: desks, each the photos, classifier and trainings that one page of the site works on.

Each part imports only from those below it:

- `desks.session`: runs the page's calls, on the worker's behalf
- `desks.calls`: what the page calls, by what it is about
- `desks.keeping`: a desk <-> a project as a file, and as the browser keeps it
- `desks.options`, `desks.snippets`: settings of a training; programs that use a model
- `desks.desk`: a desk and its state, which only `Desk.change` changes
- `desks.site`, `desks.trainings`: what all desks share; what came of trainings
- `desks.album`: photos in order
- `desks.bridge`: how calls are declared, and what passes in them
"""
