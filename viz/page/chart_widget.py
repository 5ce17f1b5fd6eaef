"""Chart widget: draws a spec of `chart_specs` in the browser, and saves it there as PNG, SVG or CSV."""

from pathlib import Path

import anywidget
import traitlets

SCRIPT = Path(__file__).parent / "static" / "chart.js"
WORDS = {
    "en": {
        "chart_png": "PNG",
        "chart_svg": "SVG",
        "chart_csv": "CSV",
        "chart_values": "values",
        "chart_save_png": "Save as PNG",
        "chart_save_svg": "Save as SVG",
        "chart_save_csv": "Save the values as CSV",
        "chart_show_values": "Show the values as a table",
        "chart_hide_line": "Show or hide",
        "chart_low": "low",
        "chart_high": "high",
        "chart_empty": "Nothing to show yet.",
        "chart_keys": "Left and right arrows read the values",
        "chart_locale": "en",
    },
    "zh": {
        "chart_png": "PNG",
        "chart_svg": "SVG",
        "chart_csv": "CSV",
        "chart_values": "数值",
        "chart_save_png": "保存为PNG图片",
        "chart_save_svg": "保存为SVG图片",
        "chart_save_csv": "把数值保存为CSV",
        "chart_show_values": "用表格显示数值",
        "chart_hide_line": "显示或隐藏",
        "chart_low": "下限",
        "chart_high": "上限",
        "chart_empty": "还没有可显示的内容。",
        "chart_keys": "按左右方向键读取数值",
        "chart_locale": "zh-CN",
    },
}


class Chart(anywidget.AnyWidget):
    """Draw a spec of `chart_specs`.

    `day` is where the cursor stands, -1 for none; a click on a chart over days sets it.
    """

    # as text: given a Path, anywidget watches the file and keeps every widget for ever
    _esm = SCRIPT.read_text("utf-8")
    spec = traitlets.Dict().tag(sync=True)
    day = traitlets.Int(-1).tag(sync=True)
    words = traitlets.Dict(WORDS["en"]).tag(sync=True)
