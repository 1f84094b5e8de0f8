"""The small shop every story runs: quick pages, and what the story's pages.py adds."""
import pages

ITEM = b"<html><body><h1>Shop</h1><p>in stock</p></body></html>\n"
QUICK = ("/", "/cart", "/login", "/items", "/search", "/about")


def answer(start_response, status, body, headers=()):
    start_response(status, [("Content-Type", "text/html"),
                            ("Content-Length", str(len(body))), *headers])
    return [body]


def application(environ, start_response):
    path = environ["PATH_INFO"]
    for prefix, view in pages.VIEWS.items():
        if path.startswith(prefix):
            return view(environ, start_response)
    if path in QUICK or path.startswith("/items/"):
        return answer(start_response, "200 OK", ITEM)
    return answer(start_response, "404 Not Found", b"not found\n")
