"""Writes events.json: a small event file by TensorBoard's own record writer, messages and HParams summaries.

    pip install tensorboard==2.21.0 'setuptools<81' pillow==13.0.0
    python make_events.py
"""

import base64
import io
import json
from pathlib import Path

from PIL import Image
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.hparams import metadata, plugin_data_pb2, summary_v2
from tensorboard.plugins.hparams.api_pb2 import Status
from tensorboard.summary.writer.record_writer import RecordWriter

WALL_TIME = 1_700_000_000.25
SCALARS = [("loss/loss", 1.5), ("loss/penalty", -0.1), ("speed/imagesPerSecond", 1e6), ("loss/nan", float("nan"))]
HYPERPARAMETERS = {
    "regularizer.name": "moca",
    "regularizer.temperature": 0.1,
    "training.batch": 100,
    "dataset.flips": True,
    "memory.lists": "[1,2.5]",
    "decoder.name": "größer",
}


def in_key_order(content: bytes) -> bytes:
    """The same plugin data with the entries of the map in the order of their keys."""
    return plugin_data_pb2.HParamsPluginData.FromString(content).SerializeToString(deterministic=True)


def session_start() -> summary_pb2.Summary:
    # An empty trial leaves the group to the run's name, so that no two runs are merged.
    summary = summary_v2.hparams_pb(HYPERPARAMETERS, trial_id="", start_time_secs=WALL_TIME)
    plugin_data = summary.value[0].metadata.plugin_data
    plugin_data.content = in_key_order(plugin_data.content)
    return summary


def session_end() -> summary_pb2.Summary:
    info = plugin_data_pb2.SessionEndInfo(status=Status.STATUS_SUCCESS, end_time_secs=WALL_TIME)
    content = plugin_data_pb2.HParamsPluginData(session_end_info=info)
    return summary_pb2.Summary(
        value=[
            summary_pb2.Summary.Value(
                tag=metadata.SESSION_END_INFO_TAG,
                metadata=metadata.create_summary_metadata(content),
                tensor=metadata.NULL_TENSOR,
            )
        ]
    )


def png() -> bytes:
    stream = io.BytesIO()
    Image.frombytes("RGB", (3, 2), bytes(range(0, 180, 10))).save(stream, "PNG")
    return stream.getvalue()


def events(picture: bytes) -> list[event_pb2.Event]:
    image = summary_pb2.Summary.Image(height=2, width=3, colorspace=3, encoded_image_string=picture)
    scalars = [summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in SCALARS]
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    contents = [
        {"file_version": "brain.Event:2", "source_metadata": event_pb2.SourceMetadata(writer="moca")},
        {"session_log": start, "step": 1},
        {"summary": session_start()},
        {"summary": summary_pb2.Summary(value=scalars), "step": 20},
        {"summary": summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="samples", image=image)]), "step": 300},
        {"summary": session_end()},
    ]
    return [event_pb2.Event(wall_time=WALL_TIME, **content) for content in contents]


def main() -> None:
    picture = png()
    file = io.BytesIO()
    writer = RecordWriter(file)
    for event in events(picture):
        writer.write(event.SerializeToString())
    content = {"png": base64.b64encode(picture).decode(), "events": base64.b64encode(file.getvalue()).decode()}
    Path(__file__).with_name("events.json").write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
