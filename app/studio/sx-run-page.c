/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Progress. Whatever the runner says only marks the page as outdated; it is brought up to date once a frame, and only while it can be seen. Curves of
 * trials that are over are read from the run folder, in a thread, when they are asked for. */

#include "config.h"

#include "sx-run-page.h"

#include "sx-run-curves.h"
#include "sx-trial-table.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MIN_CURVE 3 /* points */

typedef enum {
  TILE_TRIALS,
  TILE_BEST,
  TILE_TIME,
  TILE_LEFT,
  TILE_DATA,
  N_TILES,
} Tile;

static const char *const tile_titles[N_TILES] = {
  [TILE_TRIALS] = N_ ("Trials"),
  [TILE_BEST] = N_ ("Best"),
  [TILE_TIME] = N_ ("Time"),
  [TILE_LEFT] = N_ ("Time Left"),
  [TILE_DATA] = N_ ("Rows × columns"),
};

struct _SxRunPage
{
  GtkWidget parent_instance;

  SxRunner     *runner; /* owned */
  GtkWidget    *stack, *title, *detail, *spinner, *icon, *bar, *cancel, *resume, *problems;
  GtkWidget    *tiles[N_TILES]; /* labels of the values */
  SxChart      *trials_chart, *loss_chart;
  GtkWidget    *config, *follow;
  SxTrialTable *table;

  guint  tick;    /* an update is due with the next frame */
  guint  clock;   /* source: the time goes on */
  guint  n_shown; /* trials finished when the chart of all was drawn */
  guint  shown_best;
  guint  shown_trial; /* whose losses are shown; G_MAXUINT: none, or several */
  gint64 shown_since; /* monotonic */
};

G_DEFINE_FINAL_TYPE (SxRunPage, sx_run_page, GTK_TYPE_WIDGET)

static const struct
{
  const char *title, *icon;
} states[] = {
  [SX_RUNNER_IDLE] = { "", NULL },
  [SX_RUNNER_COMPILING] = { N_ ("Checking the project…"), NULL },
  [SX_RUNNER_RUNNING] = { N_ ("Searching for the best model"), NULL },
  [SX_RUNNER_CANCELLING] = { N_ ("Stopping…"), NULL },
  [SX_RUNNER_DONE] = { N_ ("The search is done"), "emblem-ok-symbolic" },
  [SX_RUNNER_FAILED] = { N_ ("The run failed"), "dialog-error-symbolic" },
  [SX_RUNNER_CANCELLED] = { N_ ("The search was cancelled"), "process-stop-symbolic" },
};

/* ---- state ---- */

static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

static char *
dup_finish_text (double seconds_left)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) end = g_date_time_add_seconds (now, seconds_left);
  g_autofree char *clock = g_date_time_format (end, "%H:%M");

  return g_strdup_printf (_ ("Done at about %s"), clock);
}

static char *
dup_detail (SxRunPage *self)
{
  const char      *message = sx_runner_get_message (self->runner), *phase = sx_runner_get_phase (self->runner), *notice = sx_runner_get_notice (self->runner);
  double           left = sx_runner_get_time_left (self->runner);
  g_autofree char *finish = left > 60.0 ? dup_finish_text (left) : NULL;

  if (message != NULL)
    return g_strdup (message);
  if (phase != NULL)
    return finish ? g_strdup_printf ("%s · %s", phase, finish) : g_strdup (phase);
  return g_strdup (notice ? notice : "");
}

static void
update_state (SxRunPage *self)
{
  SxRunnerState    state = sx_runner_get_state (self->runner);
  gboolean         is_busy = sx_runner_is_busy (self->runner);
  g_autofree char *detail = dup_detail (self);
  double           fraction = sx_runner_get_fraction (self->runner);

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), state == SX_RUNNER_IDLE ? "empty" : "run");
  set_label (self->title, *states[state].title ? _ (states[state].title) : "");
  set_label (self->detail, detail);
  gtk_widget_set_visible (self->detail, *detail != '\0');
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), is_busy);
  gtk_widget_set_visible (self->spinner, is_busy);
  gtk_widget_set_visible (self->icon, states[state].icon != NULL);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), states[state].icon);
  gtk_widget_remove_css_class (self->icon, "error");
  gtk_widget_remove_css_class (self->icon, "success");
  if (state == SX_RUNNER_FAILED || state == SX_RUNNER_DONE)
    gtk_widget_add_css_class (self->icon, state == SX_RUNNER_FAILED ? "error" : "success");
  gtk_widget_set_visible (self->cancel, sx_runner_is_live (self->runner));
  gtk_widget_set_sensitive (self->cancel, state != SX_RUNNER_CANCELLING);
  gtk_widget_set_visible (self->resume, sx_runner_can_resume (self->runner));
  gtk_widget_set_visible (self->bar, is_busy);
  if (fraction >= 0.0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), fraction);
  else if (is_busy)
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (self->bar));
}

static void
update_problems (SxRunPage *self)
{
  GPtrArray *problems = sx_runner_get_problems (self->runner);
  guint      n_shown = 0;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->problems)) != NULL)
    gtk_box_remove (GTK_BOX (self->problems), child);
  for (guint i = 0; problems != NULL && i < problems->len; i++)
    {
      const SxProblem *problem = problems->pdata[i];
      GtkWidget       *row, *icon, *label;

      /* The heading says that one. */
      if (g_strcmp0 (problem->message, sx_runner_get_message (self->runner)) == 0)
        continue;
      row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
      icon = gtk_image_new_from_icon_name (problem->is_warning ? "dialog-warning-symbolic" : "dialog-error-symbolic");
      label = gtk_label_new (problem->message);
      n_shown++;
      gtk_widget_add_css_class (icon, problem->is_warning ? "warning" : "error");
      gtk_widget_set_valign (icon, GTK_ALIGN_START);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
      gtk_label_set_selectable (GTK_LABEL (label), TRUE);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_box_append (GTK_BOX (row), icon);
      gtk_box_append (GTK_BOX (row), label);
      gtk_box_append (GTK_BOX (self->problems), row);
    }
  gtk_widget_set_visible (gtk_widget_get_parent (self->problems), n_shown > 0);
}

/* ---- tiles ---- */

static void
update_tiles (SxRunPage *self)
{
  SxJob           *job = sx_runner_get_job (self->runner);
  guint            best = sx_runner_get_best (self->runner), n_finished = sx_runner_get_n_finished (self->runner);
  SxTrialItem     *best_item = best ? sx_runner_get_trial (self->runner, best) : NULL;
  double           left = sx_runner_get_time_left (self->runner);
  g_autofree char *trials = NULL, *value = NULL, *rest = NULL, *data = NULL;
  g_autofree char *time = sx_scale_format (SX_SCALE_DURATION, floor (sx_runner_get_elapsed (self->runner)), 1.0);

  if (job != NULL && job->max_trials > 0)
    trials = g_strdup_printf (_ ("%u of %u"), n_finished, job->max_trials);
  else
    trials = g_strdup_printf ("%u", n_finished);
  value = best_item ? sx_scale_format (SX_SCALE_LINEAR, sx_trial_item_get_value (best_item), 0.0) : g_strdup ("–");
  rest = left >= 0.0 ? sx_scale_format (SX_SCALE_DURATION, ceil (left), 1.0) : g_strdup ("–");
  if (sx_runner_get_n_rows (self->runner) > 0)
    data = g_strdup_printf (_ ("%'.0f × %.0f"), (double)sx_runner_get_n_rows (self->runner), (double)sx_runner_get_n_columns (self->runner));
  set_label (self->tiles[TILE_TRIALS], trials);
  set_label (self->tiles[TILE_BEST], value);
  set_label (self->tiles[TILE_TIME], time);
  set_label (self->tiles[TILE_LEFT], rest);
  set_label (self->tiles[TILE_DATA], data ? data : "–");
  gtk_widget_set_visible (gtk_widget_get_ancestor (self->tiles[TILE_LEFT], GTK_TYPE_FLOW_BOX_CHILD), sx_runner_is_live (self->runner));
  gtk_widget_set_visible (gtk_widget_get_ancestor (self->tiles[TILE_DATA], GTK_TYPE_FLOW_BOX_CHILD), data != NULL);
}

/* ---- charts ---- */

static void
update_trials_chart (SxRunPage *self)
{
  const SxMetric *metric = sx_runner_get_metric (self->runner);
  const char     *title = metric ? _ (metric->title) : _ ("Value");

  sx_trial_table_set_value_title (self->table, title);
  if (self->n_shown == sx_runner_get_n_finished (self->runner) && self->shown_best == sx_runner_get_best (self->runner))
    return;
  self->n_shown = sx_runner_get_n_finished (self->runner);
  self->shown_best = sx_runner_get_best (self->runner);
  sx_chart_set_y_axis (self->trials_chart, SX_SCALE_LINEAR, title);
  sx_run_curves_show_trials (self->trials_chart, self->runner);
  sx_trial_table_refresh (self->table);
}

/* Trials can be over in a moment: the eye is given a second for each, and a new one is shown once it has a curve. */
static SxTrialItem *
follow (SxRunPage *self)
{
  SxTrialItem *current = sx_runner_get_current (self->runner);
  SxTrialItem *before = self->shown_trial != G_MAXUINT ? sx_runner_get_trial (self->runner, self->shown_trial) : NULL;
  gint64       now = g_get_monotonic_time ();

  if (before != NULL && before != current && sx_runner_is_busy (self->runner))
    {
      if (current == NULL || now - self->shown_since < G_USEC_PER_SEC || sx_trial_item_get_points (current)->len < MIN_CURVE)
        return before;
    }
  if (current != NULL)
    return current;
  return sx_runner_get_best (self->runner) != 0 ? sx_runner_get_trial (self->runner, sx_runner_get_best (self->runner)) : NULL;
}

/* The trials whose losses are shown: what is selected, else the one under way, else the best. */
static GPtrArray *
list_shown (SxRunPage *self)
{
  GPtrArray   *items = sx_trial_table_list_selected (self->table);
  SxTrialItem *item = items->len == 0 ? follow (self) : NULL;

  if (item != NULL)
    g_ptr_array_add (items, g_object_ref (item));
  return items;
}

static void
update_loss_title (SxRunPage *self, GPtrArray *items)
{
  SxTrialItem     *item = items->len == 1 ? items->pdata[0] : NULL;
  g_autofree char *title = NULL, *config = NULL;

  if (items->len > 1)
    title = g_strdup_printf (ngettext ("%u trial", "%u trials", items->len), items->len);
  else if (item != NULL && sx_trial_item_get_number (item) == 0)
    title = g_strdup (_ ("The last fit, on all rows"));
  else if (item != NULL && item == sx_runner_get_current (self->runner))
    title = g_strdup_printf (_ ("Trial %u, under way"), sx_trial_item_get_number (item));
  else if (item != NULL)
    title = g_strdup_printf (_ ("Trial %u"), sx_trial_item_get_number (item));
  sx_chart_set_title (self->loss_chart, title ? title : _ ("The trial under way"));
  config = item ? sx_trial_item_dup_config_text (item) : NULL;
  set_label (self->config, config ? config : "");
  gtk_widget_set_visible (self->config, config != NULL && *config != '\0');
}

static void
update_loss_chart (SxRunPage *self)
{
  g_autoptr (GPtrArray) selected = sx_trial_table_list_selected (self->table);
  g_autoptr (GPtrArray) items = list_shown (self);
  guint shown = items->len == 1 ? sx_trial_item_get_number (items->pdata[0]) : G_MAXUINT;

  if (shown != self->shown_trial)
    {
      sx_chart_reset_zoom (self->loss_chart);
      self->shown_since = g_get_monotonic_time ();
    }
  self->shown_trial = shown;
  for (guint i = 0; i < items->len; i++)
    if (sx_trial_item_get_state (items->pdata[i]) != SX_TRIAL_RUNNING || !sx_runner_is_busy (self->runner))
      sx_runner_load_points (self->runner, items->pdata[i]);
  update_loss_title (self, items);
  gtk_widget_set_visible (self->follow, selected->len > 0);
  sx_run_curves_show_losses (self->loss_chart, items);
}

/* ---- once a frame ---- */

static void
update (SxRunPage *self)
{
  update_state (self);
  if (sx_runner_get_state (self->runner) == SX_RUNNER_IDLE)
    return;
  update_tiles (self);
  update_trials_chart (self);
  update_loss_chart (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  SxRunPage *self = SX_RUN_PAGE (widget);

  self->tick = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
mark_outdated (SxRunPage *self)
{
  if (self->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static gboolean
clock_cb (gpointer data)
{
  SxRunPage *self = data;

  if (sx_runner_is_busy (self->runner))
    {
      update_state (self);
      update_tiles (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
state_cb (SxRunner *runner, GParamSpec *pspec, SxRunPage *self)
{
  if (sx_runner_get_state (runner) == SX_RUNNER_COMPILING)
    {
      self->n_shown = self->shown_best = self->shown_trial = G_MAXUINT;
      sx_chart_remove_all (self->trials_chart);
      sx_chart_remove_all (self->loss_chart);
    }
  update_problems (self);
  mark_outdated (self);
}

static void
cancel_cb (GtkButton *button, SxRunPage *self)
{
  sx_runner_cancel (self->runner);
}

static void
resume_cb (GtkButton *button, SxRunPage *self)
{
  sx_runner_resume (self->runner);
}

static void
follow_cb (GtkButton *button, SxRunPage *self)
{
  sx_trial_table_unselect (self->table);
}

/* ---- building ---- */

static GtkWidget *
make_empty_page (void)
{
  GtkWidget *page = adw_status_page_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Run"));

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "media-playback-start-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("Nothing Has Run Yet"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _ ("A run searches for the best model of this project. Its curves and trials are shown here as it goes."));
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "pill");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.run");
  adw_status_page_set_child (ADW_STATUS_PAGE (page), button);
  return page;
}

static GtkWidget *
new_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
new_button (const char *label, GCallback callback, SxRunPage *self)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
make_heading (SxRunPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->spinner = gtk_spinner_new ();
  gtk_widget_set_size_request (self->spinner, 24, 24);
  self->icon = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (self->icon), 24);
  self->title = new_label ("title-2");
  self->detail = new_label ("dim-label");
  gtk_label_set_selectable (GTK_LABEL (self->detail), TRUE);
  self->cancel = new_button (_ ("_Cancel"), G_CALLBACK (cancel_cb), self);
  self->resume = new_button (_ ("_Resume"), G_CALLBACK (resume_cb), self);
  gtk_widget_add_css_class (self->resume, "suggested-action");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), self->title);
  gtk_box_append (GTK_BOX (texts), self->detail);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), self->icon);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), self->cancel);
  gtk_box_append (GTK_BOX (box), self->resume);
  return box;
}

static GtkWidget *
new_card (GtkWidget *content)
{
  GtkWidget *card = adw_bin_new ();

  gtk_widget_add_css_class (card, "card");
  gtk_widget_set_margin_start (content, 12);
  gtk_widget_set_margin_end (content, 12);
  gtk_widget_set_margin_top (content, 8);
  gtk_widget_set_margin_bottom (content, 12);
  adw_bin_set_child (ADW_BIN (card), content);
  return card;
}

static GtkWidget *
new_flow (guint n_least, guint n_most)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), n_least);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), n_most);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 12);
  return flow;
}

/* A child of a flow that cannot be focused by itself: what is in it can. */
static void
append_to_flow (GtkWidget *flow, GtkWidget *child)
{
  GtkWidget *holder = gtk_flow_box_child_new ();

  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (holder), child);
  gtk_widget_set_focusable (holder, FALSE);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), holder);
}

static GtkWidget *
make_tiles (SxRunPage *self)
{
  GtkWidget *flow = new_flow (2, N_TILES);

  for (guint i = 0; i < N_TILES; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *title = gtk_label_new (_ (tile_titles[i]));

      self->tiles[i] = gtk_label_new ("–");
      gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
      gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (title, "caption");
      gtk_widget_add_css_class (title, "dim-label");
      gtk_label_set_xalign (GTK_LABEL (self->tiles[i]), 0.0f);
      gtk_label_set_ellipsize (GTK_LABEL (self->tiles[i]), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (self->tiles[i], "title-3");
      gtk_widget_add_css_class (self->tiles[i], "numeric");
      gtk_widget_set_size_request (box, 96, -1);
      gtk_box_append (GTK_BOX (box), title);
      gtk_box_append (GTK_BOX (box), self->tiles[i]);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self->tiles[i]), GTK_ACCESSIBLE_RELATION_LABELLED_BY, title, NULL, -1);
      append_to_flow (flow, new_card (box));
    }
  return flow;
}

static GtkWidget *
make_charts (SxRunPage *self)
{
  GtkWidget *flow = new_flow (1, 2), *losses = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->trials_chart = SX_CHART (sx_chart_new (_ ("Every trial")));
  sx_chart_set_x_axis (self->trials_chart, SX_SCALE_COUNT, _ ("Trial"));
  sx_chart_set_placeholder (self->trials_chart, _ ("No trial is finished yet"));
  self->loss_chart = SX_CHART (sx_chart_new (_ ("The trial under way")));
  sx_chart_set_x_axis (self->loss_chart, SX_SCALE_COUNT, _ ("Iteration"));
  sx_chart_set_y_axis (self->loss_chart, SX_SCALE_LINEAR, _ ("Loss"));
  gtk_widget_set_size_request (GTK_WIDGET (self->trials_chart), 280, 300);
  gtk_widget_set_size_request (GTK_WIDGET (self->loss_chart), 280, 260);
  self->config = new_label ("caption");
  gtk_label_set_max_width_chars (GTK_LABEL (self->config), 40);
  gtk_label_set_lines (GTK_LABEL (self->config), 3);
  gtk_label_set_ellipsize (GTK_LABEL (self->config), PANGO_ELLIPSIZE_END);
  gtk_label_set_selectable (GTK_LABEL (self->config), TRUE);
  gtk_widget_add_css_class (self->config, "dim-label");
  gtk_widget_set_hexpand (self->config, TRUE);
  self->follow = new_button (_ ("_Follow the Run"), G_CALLBACK (follow_cb), self);
  gtk_widget_set_visible (self->follow, FALSE);
  gtk_box_append (GTK_BOX (line), self->config);
  gtk_box_append (GTK_BOX (line), self->follow);
  gtk_box_append (GTK_BOX (losses), GTK_WIDGET (self->loss_chart));
  gtk_box_append (GTK_BOX (losses), line);
  append_to_flow (flow, new_card (GTK_WIDGET (self->trials_chart)));
  append_to_flow (flow, new_card (losses));
  return flow;
}

static GtkWidget *
make_page (SxRunPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *clamp = adw_clamp_new (), *scroller = gtk_scrolled_window_new ();
  GtkWidget *table_card;

  self->bar = gtk_progress_bar_new ();
  self->problems = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_size_request (GTK_WIDGET (self->table), -1, 320);
  gtk_widget_set_overflow (GTK_WIDGET (self->table), GTK_OVERFLOW_HIDDEN);
  table_card = adw_bin_new ();
  gtk_widget_add_css_class (table_card, "card");
  gtk_widget_set_overflow (table_card, GTK_OVERFLOW_HIDDEN);
  adw_bin_set_child (ADW_BIN (table_card), GTK_WIDGET (self->table));
  gtk_box_append (GTK_BOX (box), make_heading (self));
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), new_card (self->problems));
  gtk_box_append (GTK_BOX (box), make_tiles (self));
  gtk_box_append (GTK_BOX (box), make_charts (self));
  gtk_box_append (GTK_BOX (box), table_card);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 1400);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), 1200);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  return scroller;
}

/* ---- widget ---- */

static void
sx_run_page_map (GtkWidget *widget)
{
  SxRunPage *self = SX_RUN_PAGE (widget);

  GTK_WIDGET_CLASS (sx_run_page_parent_class)->map (widget);
  update_problems (self);
  update (self);
  if (self->clock == 0)
    self->clock = g_timeout_add (500, clock_cb, self);
}

static void
sx_run_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&SX_RUN_PAGE (widget)->clock, g_source_remove);
  GTK_WIDGET_CLASS (sx_run_page_parent_class)->unmap (widget);
}

static void
sx_run_page_dispose (GObject *object)
{
  SxRunPage *self = SX_RUN_PAGE (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->runner);
  G_OBJECT_CLASS (sx_run_page_parent_class)->dispose (object);
}

static void
sx_run_page_class_init (SxRunPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_run_page_dispose;
  widget_class->map = sx_run_page_map;
  widget_class->unmap = sx_run_page_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
sx_run_page_init (SxRunPage *self)
{
  self->n_shown = self->shown_best = self->shown_trial = G_MAXUINT;
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), make_empty_page (), "empty");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
sx_run_page_new (SxRunner *runner)
{
  SxRunPage *self = g_object_new (SX_TYPE_RUN_PAGE, NULL);

  self->runner = g_object_ref (runner);
  self->table = SX_TRIAL_TABLE (sx_trial_table_new (sx_runner_get_trials (runner)));
  gtk_stack_add_named (GTK_STACK (self->stack), make_page (self), "run");
  g_signal_connect_swapped (self->table, "selection-changed", G_CALLBACK (mark_outdated), self);
  g_signal_connect_swapped (runner, "changed", G_CALLBACK (mark_outdated), self);
  g_signal_connect (runner, "notify::state", G_CALLBACK (state_cb), self);
  return GTK_WIDGET (self);
}
