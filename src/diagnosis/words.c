/* words.c -- the words of the enumerations in diagnosis.h, as JSON has them. */
#include <why502/diagnosis.h>

const w5_str w5_confidence_word[] = {W5_LIT("unknown"), W5_LIT("possible"), W5_LIT("likely"),
                                     W5_LIT("proven")};
const w5_str w5_severity_word[] = {W5_LIT("ok"), W5_LIT("warning"), W5_LIT("error")};
const w5_str w5_role_word[] = {W5_LIT("for"), W5_LIT("against"), W5_LIT("context")};
const w5_str w5_advice_word[] = {W5_LIT("advised"), W5_LIT("in-place"), W5_LIT("no-help"),
                                 W5_LIT("harmful")};
const w5_str w5_fleet_word[] = {[W5_ALONE] = W5_LIT(""),
                                [W5_ONE_HOST] = W5_LIT("one-host"),
                                [W5_ONE_OF_MANY] = W5_LIT("one-of-many"),
                                [W5_SEVERAL_HOSTS] = W5_LIT("several-hosts"),
                                [W5_ONE_DATABASE] = W5_LIT("one-database"),
                                [W5_ONE_UPSTREAM] = W5_LIT("one-upstream"),
                                [W5_ONE_DEPLOY] = W5_LIT("one-deploy")};
