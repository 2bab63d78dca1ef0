"""What ffmpeg is told: the settings of an MP4, as they were measured (docs/decisions/0051), and of a GIF.

MP4: H.264 High that plays everywhere, a constant quantiser (quality does not drift with the gaps between
frames), the given timestamps, bit-exact. GIF: one palette, which the theme gives. A recipe is a list of
arguments and the small files that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sessionlens.errors import UsageError
from sessionlens.render.canvas import I420Ink, Ink, RgbInk
from sessionlens.render.captions import Caption
from sessionlens.render.matroska import I420, RGB24
from sessionlens.render.palette import colours
from sessionlens.render.theme import Theme
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
GIF_FILTER = "[0:v][1:v]paletteuse=dither=none:diff_mode=rectangle"
GIF_HOLD = 200  # of 1/100 s that the last picture stays before it begins anew


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of video: the pixels that are painted for it, how finely it tells time, and whether its picture
    is the smallest one."""

    suffix: str
    ink: Callable[[], Ink]
    pixels: bytes
    tick_ms: int
    small: bool  # always


MP4 = Kind(".mp4", I420Ink, I420, 1, small=False)
GIF = Kind(".gif", RgbInk, RGB24, 100, small=True)


def kind_of(path: Path) -> Kind:
    """By the suffix."""
    for kind in (MP4, GIF):
        if path.suffix.lower() == kind.suffix:
            return kind
    raise UsageError(f"{path}: a video is an .mp4 or a .gif; name it so")


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


def gif(folder: Path, theme: Theme) -> list[str]:
    """The theme's palette for the pictures of stdin; it plays for ever."""
    palette = folder / "palette.png"
    image = Image.new("RGB", (16, 16))
    image.putdata([(c >> 16, c >> 8 & 0xFF, c & 0xFF) for c in colours(theme)])
    image.save(palette)
    return [
        "-i", str(palette), "-filter_complex", GIF_FILTER, "-fps_mode", "passthrough",
        "-enc_time_base", "1:1000", "-threads", THREADS, "-fflags", "+bitexact", "-flags:v", "+bitexact",
        "-final_delay", str(GIF_HOLD), "-loop", "0", "-f", "gif",
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
