/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-application.h"
#include "sx-welcome-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sx-pipeline.h>

#define MAX_RECENT 6
#define MODEL_PREFIX "model."

struct _SxWelcomePage
{
  GtkWidget parent_instance;

  GtkWidget *scroller, *lists;
  guint      source;
};

G_DEFINE_FINAL_TYPE (SxWelcomePage, sx_welcome_page, GTK_TYPE_WIDGET)

static GtkWidget *
add_group (SxWelcomePage *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_box_append (GTK_BOX (self->lists), group);
  return group;
}

static void
add_row (GtkWidget *group, const char *title, const char *subtitle, const char *icon, const char *action, const char *target)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    {
      g_autofree char *escaped = g_markup_escape_text (subtitle, -1);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
    }
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (icon));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", target);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

/* ---- the lists ---- */

static gint
compare_recent (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_modified ((gpointer)b), gtk_recent_info_get_modified ((gpointer)a));
}

static void
add_recent (SxWelcomePage *self)
{
  GList     *items = g_list_sort (gtk_recent_manager_get_items (gtk_recent_manager_get_default ()), compare_recent);
  GtkWidget *group = NULL;
  guint      n = 0;

  for (GList *each = items; each != NULL && n < MAX_RECENT; each = each->next)
    {
      g_autofree char *path = g_filename_from_uri (gtk_recent_info_get_uri (each->data), NULL, NULL);
      g_autofree char *folder = NULL, *name = NULL;

      if (path == NULL || !g_str_has_suffix (path, ".sextant") || !gtk_recent_info_exists (each->data))
        continue;
      if (group == NULL)
        group = add_group (self, _ ("Recent Projects"));
      folder = g_path_get_dirname (path);
      name = g_path_get_basename (path);
      add_row (group, name, folder, "document-open-recent-symbolic", "win.open-path", path);
      n++;
    }
  g_list_free_full (items, (GDestroyNotify)gtk_recent_info_unref);
}

static void
add_samples (SxWelcomePage *self)
{
  g_auto (GStrv) paths = sx_data_list ("projects", ".sextant");
  GtkWidget *group = NULL;

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (SxGraph) graph = sx_project_load (paths[i], NULL);
      const char *title = graph != NULL ? sx_graph_get_meta (graph, "title") : NULL, *description;

      if (graph == NULL)
        continue;
      if (group == NULL)
        group = add_group (self, _ ("Samples"));
      description = sx_graph_get_meta (graph, "description");
      {
        g_autofree char *name = g_path_get_basename (paths[i]);

        add_row (group, title != NULL && *title != '\0' ? _ (title) : name, description != NULL && *description != '\0' ? _ (description) : NULL,
                 "x-office-spreadsheet-symbolic", "win.open-sample", paths[i]);
      }
    }
}

static void
add_models (SxWelcomePage *self)
{
  GtkWidget *group = NULL;

  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    {
      if ((*kind)->category != SX_BLOCK_MODEL)
        continue;
      if (group == NULL)
        group = add_group (self, _ ("Start from a Model"));
      add_row (group, _ ((*kind)->title), _ ((*kind)->help), "sx-model-symbolic", "win.start-model", (*kind)->id + strlen (MODEL_PREFIX));
    }
}

/* After the first frame: reading samples must not keep the window from coming up. */
static gboolean
fill_cb (gpointer data)
{
  SxWelcomePage *self = data;

  self->source = 0;
  add_recent (self);
  add_samples (self);
  add_models (self);
  return G_SOURCE_REMOVE;
}

/* ---- widget ---- */

static void
sx_welcome_page_map (GtkWidget *widget)
{
  SxWelcomePage *self = SX_WELCOME_PAGE (widget);
  GtkWidget     *child;

  GTK_WIDGET_CLASS (sx_welcome_page_parent_class)->map (widget);
  while ((child = gtk_widget_get_first_child (self->lists)) != NULL)
    gtk_box_remove (GTK_BOX (self->lists), child);
  if (self->source == 0)
    self->source = g_timeout_add (30, fill_cb, self);
}

static void
sx_welcome_page_dispose (GObject *object)
{
  SxWelcomePage *self = SX_WELCOME_PAGE (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (sx_welcome_page_parent_class)->dispose (object);
}

static void
sx_welcome_page_class_init (SxWelcomePageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_welcome_page_dispose;
  GTK_WIDGET_CLASS (class)->map = sx_welcome_page_map;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-welcome-page");
}

static void
add_button (GtkWidget *box, const char *title, const char *action, const char *class)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (title);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_add_css_class (button, "pill");
  if (class != NULL)
    gtk_widget_add_css_class (button, class);
  gtk_box_append (GTK_BOX (box), button);
}

static void
sx_welcome_page_init (SxWelcomePage *self)
{
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *clamp = adw_clamp_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (SX_APPLICATION_ID), *title = gtk_label_new (_ ("Sextant"));
  GtkWidget *text = gtk_label_new (_ ("Drop a table anywhere in this window, say what to predict, and press Run."));

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 96);
  gtk_widget_add_css_class (icon, "icon-dropshadow");
  gtk_widget_add_css_class (title, "title-1");
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_justify (GTK_LABEL (text), GTK_JUSTIFY_CENTER);
  add_button (buttons, _ ("Open _Data…"), "win.open-data", "suggested-action");
  add_button (buttons, _ ("Open _Project…"), "win.open", NULL);
  add_button (buttons, _ ("_Empty Project"), "win.new", NULL);
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  self->lists = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);
  gtk_box_append (GTK_BOX (page), icon);
  gtk_box_append (GTK_BOX (page), title);
  gtk_box_append (GTK_BOX (page), text);
  gtk_box_append (GTK_BOX (page), buttons);
  gtk_box_append (GTK_BOX (page), self->lists);
  gtk_widget_add_css_class (page, "sx-welcome");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 620);
  adw_clamp_set_child (ADW_CLAMP (clamp), page);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), clamp);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
sx_welcome_page_new (void)
{
  return g_object_new (SX_TYPE_WELCOME_PAGE, NULL);
}
