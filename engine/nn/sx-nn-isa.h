/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* Names of the instance being compiled: SX_NN_ISA (sx_nn_gemm) is sx_nn_gemm_v3 where meson.build says -DSX_NN_ISA_NAME=v3. */
#define SX_NN_JOIN_2(name, isa) name##_##isa
#define SX_NN_JOIN(name, isa) SX_NN_JOIN_2 (name, isa)
#define SX_NN_ISA(name) SX_NN_JOIN (name, SX_NN_ISA_NAME)

void                     SX_NN_ISA (sx_nn_gemm) (const SxNnGemm *g);
extern const SxNnKernels SX_NN_ISA (sx_nn_kernels);
