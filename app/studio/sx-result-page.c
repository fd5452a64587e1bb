/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What came of a run. The page is built anew for each report; in between it only changes with the state of the runner: a result that is there stays
 * until the next run has one. */

#include "config.h"

#include "sx-result-page.h"

#include "sx-result-curves.h"
#include "sx-result-model.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _SxResultPage
{
  GtkWidget parent_instance;

  SxRunner  *runner; /* owned */
  GtkWidget *stack, *holder;
  GVariant  *report;     /* (nullable): what is shown */
  char      *model_path; /* (nullable) */
  GtkWidget *empty;
};

enum {
  MESSAGE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxResultPage, sx_result_page, GTK_TYPE_WIDGET)

/* ---- saving ---- */

static void
say_error (SxResultPage *self, const char *heading, const char *message)
{
  GtkRoot   *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, heading, message);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

typedef struct
{
  SxResultPage         *self;
  const SxExportFormat *format; /* (nullable): the package itself */
  char                 *path;
} Saving;

static void
saving_free (Saving *saving)
{
  g_object_unref (saving->self);
  g_free (saving->path);
  g_free (saving);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Saving *saving = data;
  g_autoptr (GError) error = NULL;

  if (sx_result_model_write_finish (result, &error))
    {
      g_autofree char *text = g_strdup_printf (_ ("Model written to “%s”."), saving->path);

      g_signal_emit (saving->self, signals[MESSAGE], 0, text);
    }
  else
    say_error (saving->self, _ ("The Model Was Not Written"), error->message);
  saving_free (saving);
}

static void
response_cb (GtkNativeDialog *dialog, int response, Saving *saving)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  saving->path = file ? g_file_get_path (file) : NULL;
  if (saving->path != NULL)
    sx_result_model_write_async (saving->self->model_path, saving->format, saving->path, NULL, written_cb, saving);
  else
    {
      if (file != NULL)
        say_error (saving->self, _ ("The Model Was Not Written"), _ ("Choose a folder on this machine."));
      saving_free (saving);
    }
  g_object_unref (dialog);
}

static void
choose_file (SxResultPage *self, const SxExportFormat *format)
{
  GtkRoot              *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog;
  SxJob                *job = sx_runner_get_job (self->runner);
  const char           *suffix = format ? format->suffix : ".sxm";
  g_autofree char      *name = g_strdup_printf ("%s%s", job && job->name && *job->name ? job->name : "model", suffix);
  Saving               *saving = g_new0 (Saving, 1);

  g_strdelimit (name, "/\\:", '-');
  dialog = gtk_file_chooser_native_new (format ? _ ("Export Model") : _ ("Save Model"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, GTK_FILE_CHOOSER_ACTION_SAVE, format ? _ ("_Export") : _ ("_Save"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  saving->self = g_object_ref (self);
  saving->format = format;
  g_signal_connect (dialog, "response", G_CALLBACK (response_cb), saving);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SxResultPage *self = SX_RESULT_PAGE (widget);

  if (self->model_path != NULL)
    choose_file (self, NULL);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SxResultPage         *self = SX_RESULT_PAGE (widget);
  const SxExportFormat *format = sx_export_find (g_variant_get_string (parameter, NULL));

  if (self->model_path != NULL && format != NULL)
    choose_file (self, format);
}

static void
card_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SxResultPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *card = sx_result_model_card_finish (result, &error);

  if (card == NULL)
    {
      say_error (self, _ ("The Model Could Not Be Opened"), error->message);
      return;
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), card);
  g_signal_emit (self, signals[MESSAGE], 0, _ ("The model's card is on the clipboard."));
}

static void
card_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SxResultPage *self = SX_RESULT_PAGE (widget);

  if (self->model_path != NULL)
    sx_result_model_card_async (self->model_path, NULL, card_cb, g_object_ref (self));
}

static void
folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SxResultPage    *self = SX_RESULT_PAGE (widget);
  GtkRoot         *root = gtk_widget_get_root (widget);
  const char      *folder = sx_runner_get_folder (self->runner);
  g_autofree char *uri = folder ? g_filename_to_uri (folder, NULL, NULL) : NULL;

  if (uri != NULL)
    gtk_show_uri (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, uri, GDK_CURRENT_TIME);
}

/* ---- parts of the page ---- */

static char *
format_value (double value)
{
  return sx_scale_format (SX_SCALE_LINEAR, value, 0.0);
}

static const char *
get_metric_title (const char *id)
{
  const SxMetric *metric = sx_metric_find (id);

  return metric ? _ (metric->title) : id;
}

static GtkWidget *
new_row (const char *title, const char *value, const char *help)
{
  GtkWidget *row = adw_action_row_new (), *label = gtk_label_new (value);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  gtk_widget_set_tooltip_text (row, help);
  return row;
}

static GtkWidget *
new_group (const char *title, const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  gtk_widget_set_valign (group, GTK_ALIGN_START);
  return group;
}

static void
add_row (GtkWidget *group, const char *title, const char *value, const char *help)
{
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), new_row (title, value, help));
}

static gboolean
is_on_test (SxResultPage *self)
{
  const char *part = "test";

  g_variant_lookup (self->report, "measured-on", "&s", &part);
  return g_str_equal (part, "test");
}

/* All metrics of the rows that were measured on, and what the search saw. */
static GtkWidget *
make_metrics (SxResultPage *self)
{
  g_autoptr (GVariant) metrics = g_variant_lookup_value (self->report, "metrics", G_VARIANT_TYPE ("a{sd}"));
  gboolean     is_test = is_on_test (self);
  GtkWidget   *group = new_group (is_test ? _ ("On Test Rows") : _ ("On Validation Rows"), is_test ? _ ("Rows that neither training nor the search has seen: what to expect of new data.") : _ ("Rows that the search chose the model by: a little too good."));
  GVariantIter iter;
  const char  *id;
  double       value;

  if (metrics == NULL)
    return group;
  g_variant_iter_init (&iter, metrics);
  while (g_variant_iter_next (&iter, "{&sd}", &id, &value))
    {
      const SxMetric  *metric = sx_metric_find (id);
      g_autofree char *text = format_value (value);

      add_row (group, get_metric_title (id), text, metric ? _ (metric->help) : NULL);
    }
  return group;
}

static GtkWidget *
make_validation (SxResultPage *self)
{
  GtkWidget       *group;
  const char      *id = "";
  double           value;
  g_autofree char *text = NULL;

  if (!is_on_test (self) || !g_variant_lookup (self->report, "validation", "d", &value) || !g_variant_lookup (self->report, "metric", "&s", &id))
    return NULL;
  group = new_group (_ ("On Validation Rows"), _ ("Rows that the search chose the model by: a little too good."));
  text = format_value (value);
  add_row (group, get_metric_title (id), text, NULL);
  return group;
}

static GtkWidget *
make_configuration (SxResultPage *self)
{
  g_autoptr (GVariant) config = g_variant_lookup_value (self->report, "config", G_VARIANT_TYPE_VARDICT);
  guint            trial = 0;
  g_autofree char *description = NULL;
  GtkWidget       *group;
  GVariantIter     iter;
  const char      *name;
  GVariant        *value;

  if (config == NULL)
    return NULL;
  g_variant_lookup (self->report, "trial", "u", &trial);
  description = g_strdup_printf (_ ("Trial %u of %u"), trial, g_list_model_get_n_items (sx_runner_get_trials (self->runner)));
  group = new_group (_ ("Configuration"), description);
  g_variant_iter_init (&iter, config);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = sx_trial_value_to_text (value);

      add_row (group, name, text, NULL);
      g_variant_unref (value);
    }
  return group;
}

static void
add_count (GtkWidget *group, GVariant *report, const char *key, const char *title)
{
  guint64 count;

  if (g_variant_lookup (report, key, "t", &count))
    {
      g_autofree char *text = g_strdup_printf ("%'" G_GUINT64_FORMAT, count);

      add_row (group, title, text, NULL);
    }
}

static GtkWidget *
make_facts (SxResultPage *self)
{
  SxJob           *job = sx_runner_get_job (self->runner);
  GtkWidget       *group = new_group (_ ("Data and Training"), NULL);
  guint            iterations = 0;
  g_autofree char *time = sx_scale_format (SX_SCALE_DURATION, floor (sx_runner_get_elapsed (self->runner)), 1.0);

  if (job != NULL && job->target != NULL)
    add_row (group, _ ("Predicts"), job->target, NULL);
  if (job != NULL && job->topology != NULL)
    add_row (group, _ ("Topology"), _ (sx_topology_get_title (job->topology)), NULL);
  add_count (group, self->report, "n-training", _ ("Rows trained on"));
  add_count (group, self->report, "n-rows", is_on_test (self) ? _ ("Test rows") : _ ("Validation rows"));
  if (g_variant_lookup (self->report, "iterations", "u", &iterations))
    {
      g_autofree char *text = g_strdup_printf ("%'u", iterations);

      add_row (group, _ ("Iterations"), text, NULL);
    }
  add_row (group, _ ("Time"), time, NULL);
  return group;
}

static GMenuModel *
make_export_menu (void)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) formats = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();
  const SxExportFormat *const *list = sx_export_list ();

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autofree char *label = g_strdup_printf (_ ("Export as %s…"), _ (list[i]->title));
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "result.export", "s", list[i]->id);
      g_menu_append_item (formats, item);
    }
  g_menu_append (more, _ ("Copy Model _Card"), "result.copy-card");
  g_menu_append (more, _ ("Open Run _Folder"), "result.open-folder");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (formats));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}

static GtkWidget *
make_buttons (SxResultPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *save = gtk_button_new_with_label (_ ("Save Model…")), *export = gtk_menu_button_new ();
  g_autoptr (GMenuModel) menu = make_export_menu ();

  gtk_actionable_set_action_name (GTK_ACTIONABLE (save), "result.save");
  gtk_widget_add_css_class (save, "suggested-action");
  gtk_menu_button_set_label (GTK_MENU_BUTTON (export), _ ("_Export"));
  gtk_menu_button_set_use_underline (GTK_MENU_BUTTON (export), TRUE);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (export), menu);
  gtk_widget_set_tooltip_text (export, _ ("Raw columns in, predictions out: every export carries the whole preparation."));
  gtk_widget_set_sensitive (save, self->model_path != NULL);
  gtk_widget_set_sensitive (export, self->model_path != NULL);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), save);
  gtk_box_append (GTK_BOX (box), export);
  return box;
}

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

/* The figure that the search improved, as measured on rows it has not seen. */
static GtkWidget *
make_headline (SxResultPage *self)
{
  g_autoptr (GVariant) metrics = g_variant_lookup_value (self->report, "metrics", G_VARIANT_TYPE ("a{sd}"));
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  const char      *id = "";
  double           value = NAN;
  guint64          n_rows = 0;
  g_autofree char *number = NULL, *caption = NULL;

  g_variant_lookup (self->report, "metric", "&s", &id);
  g_variant_lookup (self->report, "n-rows", "t", &n_rows);
  if (metrics != NULL)
    g_variant_lookup (metrics, id, "d", &value);
  number = format_value (value);
  if (is_on_test (self))
    caption = g_strdup_printf (_ ("%s on %'.0f test rows"), get_metric_title (id), (double)n_rows);
  else
    caption = g_strdup_printf (_ ("%s on %'.0f validation rows"), get_metric_title (id), (double)n_rows);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), new_label (number, "title-1"));
  gtk_box_append (GTK_BOX (texts), new_label (caption, "dim-label"));
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), make_buttons (self));
  return box;
}

static GtkWidget *
new_flow (void)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), FALSE);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 1);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 18);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 18);
  return flow;
}

static void
append_to_flow (GtkWidget *flow, GtkWidget *child, GtkSizeGroup *widths)
{
  GtkWidget *holder;

  if (child == NULL)
    return;
  holder = gtk_flow_box_child_new ();
  gtk_widget_set_hexpand (child, TRUE);
  gtk_widget_set_size_request (child, 300, -1);
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (holder), child);
  gtk_widget_set_focusable (holder, FALSE);
  gtk_size_group_add_widget (widths, child);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), holder);
}

static GtkWidget *
new_card (GtkWidget *chart)
{
  GtkWidget *card = adw_bin_new ();

  gtk_widget_add_css_class (card, "card");
  gtk_widget_set_margin_start (chart, 12);
  gtk_widget_set_margin_end (chart, 12);
  gtk_widget_set_margin_top (chart, 8);
  gtk_widget_set_margin_bottom (chart, 12);
  gtk_widget_set_size_request (chart, 280, 340);
  adw_bin_set_child (ADW_BIN (card), chart);
  return card;
}

static GtkWidget *
stack_groups (GtkWidget *first, GtkWidget *second)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);

  gtk_box_append (GTK_BOX (box), first);
  if (second != NULL)
    gtk_box_append (GTK_BOX (box), second);
  return box;
}

/* Two columns where there is room. Charts and groups of figures come out even, so that no corner stays empty. */
static GtkWidget *
make_flow (SxResultPage *self)
{
  g_autoptr (GPtrArray) charts = sx_result_curves_new_charts (self->report);
  g_autoptr (GtkSizeGroup) widths = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  GtkWidget *flow = new_flow (), *configuration = make_configuration (self);
  gboolean   is_odd = charts->len % 2 == 1;

  for (guint i = 0; i < charts->len; i++)
    append_to_flow (flow, new_card (charts->pdata[i]), widths);
  append_to_flow (flow, stack_groups (make_metrics (self), make_validation (self)), widths);
  append_to_flow (flow, stack_groups (make_facts (self), is_odd ? NULL : configuration), widths);
  if (is_odd)
    append_to_flow (flow, configuration, widths);
  return flow;
}

static GtkWidget *
make_page (SxResultPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24), *clamp = adw_clamp_new (), *scroller = gtk_scrolled_window_new ();

  gtk_box_append (GTK_BOX (box), make_headline (self));
  gtk_box_append (GTK_BOX (box), make_flow (self));
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 24);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 1400);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), 1200);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  return scroller;
}

/* ---- which page ---- */

static GtkWidget *
make_empty_page (void)
{
  GtkWidget *page = adw_status_page_new ();
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Run"));

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "view-list-bullet-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("No Result Yet"));
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "pill");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.run");
  adw_status_page_set_child (ADW_STATUS_PAGE (page), button);
  return page;
}

static void
update (SxResultPage *self)
{
  GVariant   *report = sx_runner_get_report (self->runner);
  const char *message = sx_runner_get_message (self->runner);

  adw_status_page_set_description (ADW_STATUS_PAGE (self->empty), message ? message : _ ("When a run is done, its metrics and its model are here."));
  gtk_widget_set_visible (adw_status_page_get_child (ADW_STATUS_PAGE (self->empty)), !sx_runner_is_busy (self->runner));
  if (report == NULL || report == self->report)
    {
      gtk_stack_set_visible_child_name (GTK_STACK (self->stack), self->report ? "result" : "empty");
      return;
    }
  g_clear_pointer (&self->report, g_variant_unref);
  self->report = g_variant_ref (report);
  g_free (self->model_path);
  self->model_path = sx_runner_dup_model_path (self->runner);
  adw_bin_set_child (ADW_BIN (self->holder), make_page (self));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "result");
}

static void
state_cb (SxRunner *runner, GParamSpec *pspec, SxResultPage *self)
{
  update (self);
}

/* ---- widget ---- */

static void
sx_result_page_dispose (GObject *object)
{
  SxResultPage *self = SX_RESULT_PAGE (object);

  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->report, g_variant_unref);
  g_clear_pointer (&self->model_path, g_free);
  G_OBJECT_CLASS (sx_result_page_parent_class)->dispose (object);
}

static void
sx_result_page_class_init (SxResultPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = sx_result_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "result.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "result.export", "s", export_action);
  gtk_widget_class_install_action (widget_class, "result.copy-card", NULL, card_action);
  gtk_widget_class_install_action (widget_class, "result.open-folder", NULL, folder_action);
  signals[MESSAGE] = g_signal_new ("message", SX_TYPE_RESULT_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sx_result_page_init (SxResultPage *self)
{
  self->stack = gtk_stack_new ();
  self->empty = make_empty_page ();
  self->holder = adw_bin_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), self->empty, "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), self->holder, "result");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
sx_result_page_new (SxRunner *runner)
{
  SxResultPage *self = g_object_new (SX_TYPE_RESULT_PAGE, NULL);

  self->runner = g_object_ref (runner);
  g_signal_connect (runner, "notify::state", G_CALLBACK (state_cb), self);
  update (self);
  return GTK_WIDGET (self);
}
