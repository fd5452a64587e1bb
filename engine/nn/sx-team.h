/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

/* A team of threads that does one thing after another, all members at once: parts of a step of training, rows of a prediction. The
 * caller is member 0. Members sleep between two things: a desktop has better uses for its cores than our waiting. */

typedef struct _SxTeam SxTeam;
typedef void (*SxTeamFunc) (unsigned part, unsigned n_parts, void *data);

/* Fewer members than asked for if the system refuses threads; never NULL unless memory is short. */
SxTeam  *sx_team_new (unsigned n_members);
void     sx_team_free (SxTeam *team);
unsigned sx_team_get_n_members (const SxTeam *team);
/* Calls @func once for each part and returns when all are done. One caller at a time. */
void sx_team_run (SxTeam *team, SxTeamFunc func, void *data);
