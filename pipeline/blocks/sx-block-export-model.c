/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-kinds-private.h"

#include <glib/gi18n-lib.h>

static const SxPortSpec ports[] = {
  { "model", N_ ("Model"), SX_PORT_IN, SX_PORT_MODEL, 0 },
  { NULL },
};

static const SxChoice formats[] = {
  { "sxm", N_ ("Sextant model") },
  { "onnx", N_ ("ONNX") },
  { NULL },
};

static const SxParamSpec params[] = {
  { "format", N_ ("Format"), N_ ("A Sextant model keeps everything; ONNX runs anywhere, preparation included."), SX_PARAM_CHOICE, 0, "'sxm'", .choices = formats },
  { "file", N_ ("File"), N_ ("Where to write the model when training has ended."), SX_PARAM_FILE, SX_PARAM_REQUIRED },
  { NULL },
};

const SxBlockKind sx_block_export_model = {
  .id = "export.model",
  .title = N_ ("Export model"),
  .help = N_ ("Writes the trained model, with its preparation inside, to a file that other programs can use."),
  .aliases = N_ ("save, onnx, deploy, file"),
  .icon = "document-save-as-symbolic",
  .category = SX_BLOCK_EXPORT,
  .ports = ports,
  .params = params,
};
