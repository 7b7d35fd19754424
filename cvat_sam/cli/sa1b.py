"""`cvat-sam sa1b`: what is in SA-1B's tars, made into figures, tables, COCO's JSON and pictures."""

import typer

from cvat_sam.cli import sa1b_files, sa1b_show, sa1b_stats

app = typer.Typer(
    help="Read SA-1B: its tars, or folders of its JSONs.",
    no_args_is_help=True,
)
app.command("stats")(sa1b_stats.stats)
app.command("convert")(sa1b_files.convert)
app.command("features")(sa1b_files.features)
app.command("show")(sa1b_show.show)
