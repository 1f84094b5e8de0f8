/* knowledge.h -- pages about what the catalogue holds. */
#ifndef W5_REPORT_KNOWLEDGE_H
#define W5_REPORT_KNOWLEDGE_H

#include "page.h"

void w5_knowledge_class(const w5_page *page, const w5_catalogue *c, const w5_class *k);
void w5_knowledge_cause(const w5_page *page, const w5_catalogue *c, const w5_cause *cause);
void w5_knowledge_remedy(const w5_page *page, const w5_catalogue *c, const w5_remedy *r);
/* A pattern, and the page of its class behind it. */
void w5_knowledge_pattern(const w5_page *page, const w5_catalogue *c, const w5_pattern *p);
void w5_knowledge_format(const w5_page *page, const w5_catalogue *c, const w5_format *f);
void w5_knowledge_foreign(const w5_page *page, const w5_stanza *s);

/* Parts of a page: "id  kind" with the title below it; a stanza's prose. */
void w5_knowledge_heading(const w5_page *page, w5_str id, const char *kind, w5_str title);
void w5_knowledge_prose(const w5_page *page, const w5_stanza *s);
/* A word stands in a list, whatever its case. */
bool w5_knowledge_holds(const w5_list *words, w5_str word);

#endif
