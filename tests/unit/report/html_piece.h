/* html_piece.h -- a part of the page by itself. */
#ifndef W5_TESTS_REPORT_HTML_PIECE_H
#define W5_TESTS_REPORT_HTML_PIECE_H

#include "html_check.h"
#include "report/html.h"

typedef struct piece {
    scene *s;
    w5_show show;
    w5_html html;
} piece;

static inline piece *open_piece(void)
{
    scene *s = scene_new(W5_STR("/ok"));
    piece *p = W5_NEW(s->arena, piece);
    p->s = s;
    p->show = w5_show_begin(&s->run, &s->view);
    p->html = (w5_html){&p->show, w5_out_memory(), true};
    return p;
}

static inline w5_str piece_text(piece *p)
{
    return w5_out_bytes(p->html.out);
}

static inline void close_piece(piece *p)
{
    w5_out_done(p->html.out, NULL);
    w5_show_end(&p->show);
    scene_free(p->s);
}

#endif
