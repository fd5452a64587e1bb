/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "sx-team.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct
{
  SxTeam   *team;
  unsigned  part;
  pthread_t thread;
} Member;

struct _SxTeam
{
  pthread_mutex_t lock;
  pthread_cond_t  wake, done;
  unsigned        n_members;
  unsigned        n_busy;
  unsigned long   round; /* counts the things done; a member works when it grows */
  bool            ends;
  SxTeamFunc      func;
  void           *data;
  Member          members[];
};

static void *
work (void *data)
{
  Member       *member = data;
  SxTeam       *team = member->team;
  unsigned long seen = 0;

  pthread_mutex_lock (&team->lock);
  for (;;)
    {
      while (team->round == seen && !team->ends)
        pthread_cond_wait (&team->wake, &team->lock);
      if (team->ends)
        break;
      seen = team->round;
      pthread_mutex_unlock (&team->lock);
      team->func (member->part, team->n_members, team->data);
      pthread_mutex_lock (&team->lock);
      if (--team->n_busy == 0)
        pthread_cond_signal (&team->done);
    }
  pthread_mutex_unlock (&team->lock);
  return NULL;
}

SxTeam *
sx_team_new (unsigned n_members)
{
  SxTeam *team;

  if (n_members < 1)
    n_members = 1;
  team = calloc (1, sizeof (SxTeam) + n_members * sizeof (Member));
  if (team == NULL)
    return NULL;
  pthread_mutex_init (&team->lock, NULL);
  pthread_cond_init (&team->wake, NULL);
  pthread_cond_init (&team->done, NULL);
  team->n_members = 1;
  pthread_mutex_lock (&team->lock); /* members read n_members only once they are woken */
  for (unsigned part = 1; part < n_members; part++)
    {
      Member *member = &team->members[part];

      member->team = team;
      member->part = part;
      if (pthread_create (&member->thread, NULL, work, member) != 0)
        break;
      team->n_members++;
    }
  pthread_mutex_unlock (&team->lock);
  return team;
}

void
sx_team_free (SxTeam *team)
{
  if (team == NULL)
    return;
  pthread_mutex_lock (&team->lock);
  team->ends = true;
  pthread_cond_broadcast (&team->wake);
  pthread_mutex_unlock (&team->lock);
  for (unsigned part = 1; part < team->n_members; part++)
    pthread_join (team->members[part].thread, NULL);
  pthread_cond_destroy (&team->done);
  pthread_cond_destroy (&team->wake);
  pthread_mutex_destroy (&team->lock);
  free (team);
}

unsigned
sx_team_get_n_members (const SxTeam *team)
{
  return team->n_members;
}

void
sx_team_run (SxTeam *team, SxTeamFunc func, void *data)
{
  if (team->n_members == 1)
    {
      func (0, 1, data);
      return;
    }
  pthread_mutex_lock (&team->lock);
  team->func = func;
  team->data = data;
  team->n_busy = team->n_members - 1;
  team->round++;
  pthread_cond_broadcast (&team->wake);
  pthread_mutex_unlock (&team->lock);
  func (0, team->n_members, data);
  pthread_mutex_lock (&team->lock);
  while (team->n_busy > 0)
    pthread_cond_wait (&team->done, &team->lock);
  pthread_mutex_unlock (&team->lock);
}
