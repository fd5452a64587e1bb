/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-application.h"
#include "sx-window-private.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sx-studio-resources.h"

struct _SxApplication
{
  AdwApplication parent_instance;

  gboolean has_recovered;
};

G_DEFINE_FINAL_TYPE (SxApplication, sx_application, ADW_TYPE_APPLICATION)

#define PROJECT_SUFFIX ".sextant"

/* ---- how long the first frame took ---- */

/* Since the process was started, as the kernel counts: to the hundredth of a second. */
static double
get_age_ms (void)
{
  g_autofree char *text = NULL;
  const char      *fields;
  struct timespec  now;
  double           start = 0;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL) || (fields = strrchr (text, ')')) == NULL)
    return -1;
  /* The start time is the twentieth field after the name. */
  for (guint i = 0; i < 20 && fields != NULL; i++)
    fields = strchr (fields + 1, ' ');
  if (fields != NULL)
    start = g_ascii_strtod (fields, NULL) / (double)sysconf (_SC_CLK_TCK);
  clock_gettime (CLOCK_BOOTTIME, &now);
  return ((double)now.tv_sec + (double)now.tv_nsec / 1e9 - start) * 1000.0;
}

static void
first_frame_cb (GdkFrameClock *clock, gpointer data)
{
  g_signal_handlers_disconnect_by_func (clock, first_frame_cb, data);
  g_debug ("The first frame is there %.0f ms after the start.", get_age_ms ());
}

static void
realize_cb (GtkWidget *window, gpointer data)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (first_frame_cb), NULL);
  g_signal_handlers_disconnect_by_func (window, realize_cb, data);
}

/* ---- windows ---- */

static SxWindow *
make_window (SxApplication *self)
{
  GtkWidget      *window = sx_window_new (self);
  static gboolean is_watched;

  if (!is_watched)
    g_signal_connect (window, "realize", G_CALLBACK (realize_cb), NULL);
  is_watched = TRUE;
  return SX_WINDOW (window);
}

static SxWindow *
find_window (SxApplication *self, const char *path)
{
  for (GList *each = gtk_application_get_windows (GTK_APPLICATION (self)); each != NULL; each = each->next)
    {
      SxDocument *document = SX_IS_WINDOW (each->data) ? sx_window_get_document (each->data) : NULL;

      if (document != NULL && g_strcmp0 (sx_document_get_path (document), path) == 0)
        return each->data;
    }
  return NULL;
}

/* @window where nothing is lost there, or a new one. */
static SxWindow *
take_window (SxApplication *self, SxWindow *window)
{
  return window != NULL && sx_window_is_pristine (window) ? window : make_window (self);
}

static void
open_project (SxApplication *self, const char *path, SxWindow *window)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  SxWindow        *there = find_window (self, absolute);
  g_autoptr (SxDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  if (there != NULL)
    {
      gtk_window_present (GTK_WINDOW (there));
      return;
    }
  document = sx_document_open (absolute, &error);
  if (document == NULL)
    {
      if (window == NULL)
        window = make_window (self);
      gtk_window_present (GTK_WINDOW (window));
      sx_window_say (window, error->message, NULL, NULL);
      return;
    }
  window = take_window (self, window);
  sx_window_set_document (window, document);
  gtk_window_present (GTK_WINDOW (window));
}

void
sx_application_open_file (SxApplication *self, GFile *file, SxWindow *window)
{
  g_autofree char *path = g_file_get_path (file);

  g_return_if_fail (SX_IS_APPLICATION (self));
  if (path == NULL)
    {
      if (window == NULL)
        window = make_window (self);
      gtk_window_present (GTK_WINDOW (window));
      sx_window_say (window, _ ("Only files on this machine can be opened."), NULL, NULL);
    }
  else if (g_str_has_suffix (path, PROJECT_SUFFIX))
    open_project (self, path, window);
  else
    {
      if (window == NULL)
        window = make_window (self);
      gtk_window_present (GTK_WINDOW (window));
      sx_window_open_data (window, path);
    }
}

/* What a crash left comes back, once, when the first window would be shown. Journals of files that are gone stay: the file may come back. */
static gboolean
recover (SxApplication *self)
{
  g_auto (GStrv) names = NULL;
  gboolean has_any = FALSE;

  if (self->has_recovered)
    return FALSE;
  self->has_recovered = TRUE;
  names = sx_document_list_unsaved ();
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (SxDocument) document = NULL;
      g_autoptr (GError) error = NULL;

      if (g_path_is_absolute (names[i]) && !g_file_test (names[i], G_FILE_TEST_EXISTS))
        continue;
      document = sx_document_recover (names[i], &error);
      if (document == NULL)
        g_message ("What was not saved of “%s” is not back: %s", names[i], error->message);
      else if (sx_document_get_n_recovered (document) > 0)
        {
          SxWindow *window = make_window (self);

          sx_window_set_document (window, document);
          gtk_window_present (GTK_WINDOW (window));
          has_any = TRUE;
        }
    }
  return has_any;
}

static void
sx_application_activate (GApplication *application)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (active != NULL)
    gtk_window_present (active);
  else if (!recover (SX_APPLICATION (application)))
    gtk_window_present (GTK_WINDOW (make_window (SX_APPLICATION (application))));
}

static void
sx_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  SxApplication *self = SX_APPLICATION (application);
  SxWindow      *window = NULL;

  recover (self);
  for (int i = 0; i < n_files; i++)
    {
      GtkWindow *active;

      sx_application_open_file (self, files[i], window);
      /* Several tables are for one project. */
      active = gtk_application_get_active_window (GTK_APPLICATION (self));
      window = SX_IS_WINDOW (active) ? SX_WINDOW (active) : NULL;
    }
}

/* ---- actions ---- */

static void
new_window_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  gtk_window_present (GTK_WINDOW (make_window (self)));
}

/* Each window asks about its own changes; the application ends with the last one. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (self));

  for (GList *each = windows; each != NULL; each = each->next)
    gtk_window_close (each->data);
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  g_autofree char *debug_info = g_strdup_printf ("Sextant %s\nGTK %u.%u.%u\nlibadwaita %u.%u.%u\nGLib %u.%u.%u\n", SX_VERSION, gtk_get_major_version (), gtk_get_minor_version (),
                                                 gtk_get_micro_version (), adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (), glib_major_version,
                                                 glib_minor_version, glib_micro_version);

  adw_show_about_window (gtk_application_get_active_window (self), "application-name", _ ("Sextant"), "application-icon", SX_APPLICATION_ID, "developer-name",
                         _ ("The Sextant developers"), "version", SX_VERSION, "comments", _ ("Turns tables into trained models, on your machine alone."), "license-type",
                         GTK_LICENSE_GPL_3_0, "debug-info", debug_info, "copyright", "Copyright © The Sextant developers", NULL);
}

static const GActionEntry entries[] = {
  { "new-window", new_window_cb, NULL, NULL, NULL, { 0 } },
  { "quit", quit_cb, NULL, NULL, NULL, { 0 } },
  { "about", about_cb, NULL, NULL, NULL, { 0 } },
};

/* ---- start ---- */

static void
load_style (void)
{
  GdkDisplay     *display = gdk_display_get_default ();
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, SX_STUDIO_RESOURCE_PATH "/studio.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_object_unref (provider);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display), SX_STUDIO_RESOURCE_PATH "/icons");
}

static void
sx_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (sx_application_parent_class)->startup (application);
  sx_studio_register_resource ();
  load_style ();
  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
  sx_window_set_accels (GTK_APPLICATION (application));
}

static void
sx_application_class_init (SxApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  application_class->startup = sx_application_startup;
  application_class->activate = sx_application_activate;
  application_class->open = sx_application_open;
}

static void
sx_application_init (SxApplication *self)
{
}

SxApplication *
sx_application_new (void)
{
  return g_object_new (SX_TYPE_APPLICATION, "application-id", SX_APPLICATION_ID, "flags", G_APPLICATION_HANDLES_OPEN, NULL);
}
