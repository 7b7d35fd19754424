"""Many tars of SA-1B to figures, tables and COCO's JSON: `cvat-sam sa1b stats|convert|features`.

    jobs        what is to be done: a job for each source
    kinds       what becomes of a source: stats, coco_files, tables
    results     the folder of results, what is done in it, and what it is of
    doing       a job done, step by step
    running     all of them, in this process or, where there are several, by Ray (on_ray,
                ray_driver)

A job is done whole or not at all, and a run that was stopped goes on with the jobs that are left.
pyarrow and ray are imported where they are needed.
"""
