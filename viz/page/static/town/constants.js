// The town: one or two films (experiments/narrative/recording.py) as buildings whose lit windows are open issues.
//
// Read the files in this order: what a film says of a day (films), where things stand (places, spots), what is on show that day
// (marks), how it is drawn (colours, draw_*), and the widget around it (elements, widget, widget_*). They are joined into one module
// by town_widget.py, which puts the numbers of states and scopes before them.
// Lengths in the town are in units of one window's width; `px` is the length of one pixel in those units.

const NOT_YET = 255;  // an issue that has not arisen
const FADE = 3;        // days in which a settled issue fades
const LINGER = 0.35;   // seconds for which it fades at least, and for which helpers stay while the town plays
const OLD = 30;        // days
const SPEEDS = [1, 3, 7, 30];
const FONT = '"Noto Sans CJK SC", system-ui, "PingFang SC", "Microsoft YaHei", sans-serif';  // Chinese first, as fonts.css says
