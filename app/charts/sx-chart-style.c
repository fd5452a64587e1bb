/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* The palette follows Okabe and Ito, “Color Universal Design” (2008): hues that stay apart with any kind of colour blindness. Its tones are
 * moved so that each has a contrast of at least 3:1 against the background it is drawn on; the tests reckon both. */

#include "config.h"

#include "sx-chart-style.h"

#include "sx-series.h"

static const char *const light_palette[SX_CHART_N_COLORS] = { "#1a6ad9", "#ed6300", "#007b42", "#790376", "#8b853a", "#238bc9", "#5e5c64", "#683200" };
static const char *const dark_palette[SX_CHART_N_COLORS] = { "#72abff", "#ff9442", "#12d296", "#e59ad0", "#f0ff70", "#88f3ff", "#8f877a", "#b3995f" };

void
sx_chart_style_mix (const GdkRGBA *a, const GdkRGBA *b, double part, GdkRGBA *result)
{
  result->red = (float)(a->red + (b->red - a->red) * part);
  result->green = (float)(a->green + (b->green - a->green) * part);
  result->blue = (float)(a->blue + (b->blue - a->blue) * part);
  result->alpha = 1.0f;
}

void
sx_chart_style_get_palette (gboolean is_dark, GdkRGBA *palette)
{
  for (guint i = 0; i < SX_CHART_N_COLORS; i++)
    gdk_rgba_parse (&palette[i], is_dark ? dark_palette[i] : light_palette[i]);
}

/* The first of the NULL-ended names that the style knows. */
static void
look_up (GtkStyleContext *context, GdkRGBA *color, const char *fallback, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (gtk_style_context_lookup_color (context, names[i], color))
      return;
  gdk_rgba_parse (color, fallback);
}

#define LOOK_UP(color, fallback, ...) look_up (context, color, fallback, (const char *const[]){ __VA_ARGS__, NULL })

static void
derive (SxChartStyle *self)
{
  double contrast = self->is_high_contrast ? 0.9 : 0.62;

  sx_chart_style_mix (&self->card, &self->foreground, contrast, &self->dim);
  sx_chart_style_mix (&self->card, &self->foreground, self->is_high_contrast ? 0.4 : 0.1, &self->grid);
  sx_chart_style_mix (&self->card, &self->foreground, self->is_high_contrast ? 0.8 : 0.22, &self->border);
  sx_chart_style_get_palette (self->is_dark, self->palette);
}

void
sx_chart_style_update (SxChartStyle *self, GtkWidget *widget)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA          white = { 1, 1, 1, 1 };
  g_autofree char *theme = NULL;

  g_object_get (gtk_widget_get_settings (widget), "gtk-theme-name", &theme, NULL);
  gtk_style_context_get_color (context, &self->foreground);
  LOOK_UP (&self->background, "#fafafa", "window_bg_color", "theme_bg_color");
  LOOK_UP (&self->accent, "#3584e4", "accent_color", "theme_selected_bg_color");
  self->is_dark = 0.2126 * self->background.red + 0.7152 * self->background.green + 0.0722 * self->background.blue < 0.5;
  /* libadwaita has its high contrast in the alpha of its borders; GTK's own themes have it in their name. */
  self->is_high_contrast = theme != NULL && (g_str_has_suffix (theme, "-hc") || g_str_has_prefix (theme, "HighContrast"));
  self->is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  if (self->is_dark)
    sx_chart_style_mix (&self->background, &white, 0.06, &self->card);
  else
    self->card = white;
  derive (self);
}

void
sx_chart_style_set_paper (SxChartStyle *self, GtkWidget *widget)
{
  gdk_rgba_parse (&self->background, "#ffffff");
  gdk_rgba_parse (&self->card, "#ffffff");
  gdk_rgba_parse (&self->foreground, "#241f31");
  gdk_rgba_parse (&self->accent, "#1c71d8");
  self->is_dark = FALSE;
  self->is_high_contrast = FALSE;
  self->is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  derive (self);
}

void
sx_chart_style_get_color (const SxChartStyle *self, int color, GdkRGBA *result)
{
  if (color < 0)
    *result = self->dim;
  else
    *result = self->palette[color % SX_CHART_N_COLORS];
}

PangoLayout *
sx_chart_style_new_layout (GtkWidget *widget, double scale)
{
  PangoLayout          *layout = gtk_widget_create_pango_layout (widget, NULL);
  PangoContext         *context = pango_layout_get_context (layout);
  PangoFontDescription *font = pango_font_description_copy (pango_context_get_font_description (context));
  int                   size = pango_font_description_get_size (font);
  PangoAttrList        *attributes = pango_attr_list_new ();

  if (pango_font_description_get_size_is_absolute (font))
    pango_font_description_set_absolute_size (font, size * 0.84 * scale);
  else
    pango_font_description_set_size (font, (int)(size * 0.84 * scale));
  pango_layout_set_font_description (layout, font);
  /* Figures of one width, so that numbers do not dance while they change. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_font_description_free (font);
  return layout;
}

void
sx_chart_style_set_number (PangoLayout *layout, const char *number)
{
  g_autofree char *text = g_strconcat ("\xe2\x80\x8e", number, NULL); /* a left-to-right mark */

  pango_layout_set_text (layout, text, -1);
}
