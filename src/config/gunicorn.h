/* gunicorn.h -- gunicorn's options, and the words of command lines that carry them. */
#ifndef W5_CONFIG_GUNICORN_H
#define W5_CONFIG_GUNICORN_H

#include "reading.h"

/* Later wins (gunicorn/app/base.py, load_config): framework defaults, then the configuration file,
 * then GUNICORN_CMD_ARGS, then the command line. WEB_CONCURRENCY and PORT only change defaults. */
enum w5_gunicorn_rank {
    W5_RANK_DEFAULT,
    W5_RANK_FILE,
    W5_RANK_ENVIRONMENT,
    W5_RANK_COMMAND,
    W5_RANK_SOCKET, /* a listener that systemd hands over */
};

typedef struct w5_words {
    w5_str *word;
    size_t count, room;
} w5_words;

/* Splits a command line as systemd does (systemd.service(5), "Command lines"): blanks, both kinds
 * of quotes, C escapes. False when a quote is not closed; the words up to there stand. */
bool w5_split_words(w5_config *c, w5_str line, w5_words *words);

/* Does gunicorn know a setting of this name? */
bool w5_gunicorn_setting(w5_str name);
/* Options behind "gunicorn" become settings of `place.scope`. What no option takes is the
 * application. `config` becomes the last -c, if there is one. */
void w5_gunicorn_options(w5_config *c, const w5_str *word, size_t count, enum w5_gunicorn_rank rank,
                         w5_place place, w5_str *config);

/* The gunicorn that a unit starts, if it starts one: its options, environment and file. */
void w5_gunicorn_of_unit(w5_config *c, w5_str unit_name);
/* Gives a unit the settings of a configuration file that was read: by its path, or by its name
 * alone when nothing else fits. False when there is none. */
bool w5_gunicorn_adopt(w5_config *c, w5_str path, w5_str unit);

#endif
