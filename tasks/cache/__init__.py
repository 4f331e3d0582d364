"""Below the tasks: where a product lies, what its key depends on, and how it is written so that it can be trusted.

What a key depends on: address, fingerprint, source, normal_form, live_code, edited, codebook. How a product is made and
kept: task, construction, target, manifest, description, codecs, formats, storage, running, tasklog. What a workspace
holds: index, survey, reading, receipts, pins. Why a task is a hit or a miss: explain, history, difference, changes.
What can be done about it: accept, collect, removal, copying.
"""
