/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Everything of engine/ that others may use. */
#include "sx-engine-error.h"
#include "tune/sx-space.h"
#include "train/sx-dataset.h"
#include "train/sx-metric.h"
#include "model/sx-predictor.h"
#include "model/sx-model.h"
#include "export/sx-onnx.h"
#include "compile/sx-job.h"
#include "run/sx-run.h"
