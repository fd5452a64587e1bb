/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#ifndef SX_PIPELINE_COMPILATION
#error "private to pipeline/"
#endif

#include "sx-yaml.h"

G_BEGIN_DECLS

/* What a plain scalar means by the core rules of YAML 1.2 (section 10.3.2), without null, which reads as unset. */
typedef enum {
  SX_YAML_PLAIN_NULL,
  SX_YAML_PLAIN_BOOL,
  SX_YAML_PLAIN_INT,
  SX_YAML_PLAIN_DOUBLE,
  SX_YAML_PLAIN_TEXT,
} SxYamlPlain;

/* Classifies @text; sets @integer or @number where it is one. A whole number outside int64 is a DOUBLE. */
SxYamlPlain sx_yaml_classify (const char *text, gint64 *integer, double *number);

/* The most characters a key may have on one line with its value (YAML 1.2, section 7.4.2: 1024, quotes included). */
#define SX_YAML_MAX_SIMPLE_KEY 1000

G_END_DECLS
