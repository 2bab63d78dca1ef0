"""What ffmpeg is told: the settings of an MP4, as they were measured (docs/decisions/0051).

H.264 High that plays everywhere, a constant quantiser (quality does not drift with the gaps between frames),
the given timestamps, bit-exact. An order is a list of arguments and the small files that they name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sessionlens.render.captions import Caption
from sessionlens.render.timedtext import text_track

THREADS = "2"
X264 = "cabac=1:8x8dct=1:me=umh:merange=128:subme=0:scenecut=0"
CODEC = (
    "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-x264-params", X264, "-qp", "24",
    "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
    "-color_range", "tv", "-fps_mode", "passthrough", "-enc_time_base", "1:1000",
    "-video_track_timescale", "1000", "-threads", THREADS,
)  # fmt: skip
MUXER = ("-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
ARGUMENT_LIMIT = 20_000  # Windows allows 32,767 characters for the whole command line


def mp4(
    folder: Path,
    size: tuple[int, int],
    metadata: str,
    key_frames_ms: Sequence[int] = (),
    captions: Sequence[Caption] = (),
    end_ms: int = 0,
) -> list[str]:
    """Tags and chapters (`metadata`), key frames and captions around the pictures of stdin."""
    tags = folder / "tags.txt"
    tags.write_text(metadata, encoding="utf-8", newline="\n")
    texts: list[str] = []
    copied: list[str] = []
    if captions:
        track = folder / "captions.mp4"
        track.write_bytes(text_track(captions, end_ms))
        texts = ["-f", "mp4", "-i", str(track)]
        copied = ["-map", "2:s", "-c:s", "copy", "-disposition:s:0", "0", "-metadata:s:s:0", "title=Commands"]
    return [
        "-f", "ffmetadata", "-i", str(tags), *texts,
        "-map", "0:v", "-map_metadata", "1", "-map_chapters", "1", *copied,
        *CODEC, "-level", level(*size), *key_frames(folder, key_frames_ms), *MUXER, "-f", "mp4",
    ]  # fmt: skip


def level(width: int, height: int) -> str:
    """The H.264 level that players may go by (ITU-T H.264, table A-1): the picture's, since millisecond
    timestamps make x264 believe in 1,000 pictures a second and name one that few players have."""
    return "4.2" if width * height <= 1920 * 1080 else "5.2"


def key_frames(folder: Path, times_ms: Sequence[int]) -> list[str]:
    """The times of forced key frames; a list too long for a command line goes through a file (ffmpeg ≥ 7)."""
    times = ",".join(f"{ms // 1000}.{ms % 1000:03}" for ms in times_ms)
    if not times:
        return []
    if len(times) < ARGUMENT_LIMIT:
        return ["-force_key_frames", times]
    listed = folder / "key-frames.txt"
    listed.write_text(times, encoding="ascii")
    return ["-/force_key_frames", str(listed)]
