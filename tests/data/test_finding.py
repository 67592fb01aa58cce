import shutil
import struct
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from core.catalog.datasets import DATASETS
from core.data.archives import archive_stem
from core.data.finding import find_datasets, open_source
from core.data.importing import import_dataset
from core.errors import DataError, MissingExtra


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder of this test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("THAW_DATA", str(folder))
    return folder


def listed(home):
    return {found.name: found for found in find_datasets(home)}


def test_without_anything_the_embedded_datasets_are_there(data, home):
    found = listed(home)
    assert [name for name in found if found[name].available] == ["digits", "digit_sums"]
    assert found.keys() == DATASETS.keys()
    assert found["boats"].source == "missing"
    assert found["cifar10"].source == "download"
    assert len(open_source("digits", home)) == 1797


def test_a_folder_below_the_data_folder_is_a_dataset(data, draw, home):
    shutil.move(draw("set", {"train/ants": 3, "train/bees": 3, "test/ants": 1}), data / "Ants & bees")
    found = listed(home)["Ants & bees"]
    assert (found.classes, found.pictures, found.available, found.source) == (2, 7, True, "found")
    assert open_source("Ants & bees", home).classes == ("ants", "bees")


@pytest.mark.parametrize("kind", ["zip", "gztar", "xztar", "tar"])
def test_an_archive_below_the_data_folder_is_a_dataset_and_unpacked_once(kind, data, draw, home):
    folder = draw("set", {"ants": 3, "bees": 3})
    packed = shutil.make_archive(str(data / "insects"), kind, folder.parent, "set")
    assert listed(home)["insects"].source == "found"
    source = open_source("insects", home)
    assert source.classes == ("ants", "bees")
    (unpacked,) = (home.datasets / "found").iterdir()
    stamp = unpacked.stat().st_mtime_ns
    assert open_source("insects", home).fingerprint == source.fingerprint
    assert unpacked.stat().st_mtime_ns == stamp
    assert archive_stem(packed) is not None


def test_a_changed_archive_is_unpacked_anew(data, draw, home):
    shutil.make_archive(str(data / "insects"), "tar", draw("one", {"ants": 3, "bees": 3}))
    first = open_source("insects", home)
    shutil.make_archive(str(data / "insects"), "tar", draw("two", {"ants": 3, "bees": 3, "wasps": 1}))
    assert len(open_source("insects", home)) == len(first) + 1


def test_arrays_below_the_data_folder_are_datasets(data, home):
    pictures, labels = np.zeros((4, 5, 5), np.uint8), np.array([0, 1, 0, 1])
    np.savez(data / "single.npz", x=pictures, y=labels)
    (data / "several").mkdir()
    for number in range(3):
        np.save(data / f"several/data{number}.npy", pictures)
        np.save(data / f"several/labels{number}.npy", labels)
    assert {"single", "several"} <= listed(home).keys()
    assert len(open_source("single", home)) == 4
    assert len(open_source("several", home)) == 12


@pytest.mark.parametrize("folder", ["cifar10", "CIFAR-10", "cifar_10"])
def test_a_folder_named_like_a_card_satisfies_it(folder, data, draw, home):
    shutil.move(draw("set", {"train/airplane": 2, "train/truck": 2, "test/truck": 1}), data / folder)
    assert listed(home)["cifar10"].available
    assert listed(home).keys() == DATASETS.keys()
    assert open_source("cifar10", home).classes == ("airplane", "truck")


def test_an_archive_named_like_a_card_satisfies_it(data, draw, home):
    shutil.make_archive(str(data / "cifar10"), "gztar", draw("x", {"cifar10/train/ship": 2, "cifar10/test/cat": 2}))
    assert open_source("cifar10", home).classes == ("cat", "ship")


def test_codes_become_the_names_on_the_card(data, draw, home):
    codes = ["n01440764", "n02102040", "n02979186", "n03000684", "n03028079"]
    codes += ["n03394916", "n03417042", "n03425413", "n03445777", "n03888257"]
    shutil.move(draw("set", {f"imagenette2-160/{part}/{code}": 1 for part in ("train", "val") for code in codes}), data)
    shutil.move(data / "set", data / "imagenette")
    assert open_source("imagenette", home).classes == DATASETS["imagenette"].labels


def test_cifar_is_read_from_its_binary_form(data, home):
    folder = data / "cifar-10-batches-bin"
    folder.mkdir()
    record = bytes([6]) + bytes([10] * 1024 + [20] * 1024 + [30] * 1024)
    for name in [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]:
        (folder / name).write_bytes(record * 2)
    source = open_source("cifar10", home)
    assert (len(source), list(source.given).count("test")) == (12, 2)
    assert source.classes[source.labels[0]] == "frog"
    assert source.read(3).getpixel((5, 5)) == (10, 20, 30)
    (folder / "test_batch.bin").write_bytes(record[:-1])
    with pytest.raises(DataError, match="whole records"):
        open_source("cifar10", home)


def test_cifar_100_is_read_from_its_binary_form(data, home):
    folder = data / "cifar-100-binary"
    folder.mkdir()
    (folder / "fine_label_names.txt").write_text("\n".join(f"class{number}" for number in range(100)))
    for name, label in (("train.bin", 99), ("test.bin", 3)):
        (folder / name).write_bytes(bytes([7, label]) + bytes(3072))
    source = open_source("cifar100", home)
    assert [source.classes[label] for label in source.labels] == ["class99", "class3"]


def test_stl10_is_stored_column_by_column(data, home):
    folder = data / "stl10_binary"
    folder.mkdir()
    picture = np.zeros((3, 96, 96), np.uint8)
    picture[0, :, :48] = 200
    for part in ("train", "test"):
        (folder / f"{part}_X.bin").write_bytes(picture.transpose(0, 2, 1).tobytes())
        (folder / f"{part}_y.bin").write_bytes(bytes([10]))
    source = open_source("stl10", home)
    assert source.classes[source.labels[0]] == "truck"
    assert [source.read(0).getpixel(place) for place in ((10, 80), (80, 10))] == [(200, 0, 0), (0, 0, 0)]


def test_house_numbers_call_ten_zero(data, home):
    from scipy.io import savemat

    for part, shown in (("train", [10, 1]), ("test", [9])):
        pictures = np.full((32, 32, 3, len(shown)), 7, np.uint8)
        savemat(data / f"{part}_32x32.mat", {"X": pictures, "y": np.array(shown, np.uint8)[:, None]})
    source = open_source("svhn", home)
    assert [source.classes[label] for label in source.labels] == ["0", "1", "9"]
    assert source.read(0).getpixel((0, 0)) == (7, 7, 7)


def save_picture(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(path)


def test_flowers_are_labelled_by_their_lists(data, home):
    from scipy.io import savemat

    folder = data / "flowers-102"
    for number in range(1, 5):
        save_picture(folder / f"jpg/image_{number:05d}.jpg", number)
    savemat(folder / "imagelabels.mat", {"labels": np.array([1, 2, 1, 2])})
    savemat(folder / "setid.mat", {"trnid": [4, 1], "valid": [2], "tstid": [3]})
    source = open_source("flowers102", home)
    assert [source.classes[label] for label in source.labels] == [
        "pink primrose",
        "hard-leaved pocket orchid",
        "pink primrose",
        "hard-leaved pocket orchid",
    ]
    assert list(source.given) == ["train", "val", "test", "train"]
    savemat(folder / "setid.mat", {"trnid": [4, 99], "valid": [2], "tstid": [3]})
    with pytest.raises(DataError, match="damaged"):
        open_source("flowers102", home)


def test_pets_are_named_by_their_files_and_lists_cannot_climb(data, home):
    folder = data / "oxford-iiit-pet"
    save_picture(folder / "images/Great_Dane_1.jpg", 1)
    save_picture(folder / "images/Bengal_7.jpg", 2)
    save_picture(data / "secret.jpg", 3)
    (folder / "annotations").mkdir()
    (folder / "annotations/trainval.txt").write_text("# list\nGreat_Dane_1 1 2 1\n../../secret 1 1 1\n")
    (folder / "annotations/test.txt").write_text("Bengal_7 2 1 1\n")
    source = open_source("oxford_pets", home)
    assert source.classes == ("Bengal", "Great Dane")
    assert list(source.given) == ["test", "train"]
    assert [skip.file for skip in source.skipped if "list" in skip.reason] == ["images/../../secret.jpg"]


def test_food_is_labelled_by_its_lists(data, home):
    folder = data / "food-101"
    save_picture(folder / "images/apple_pie/1.jpg", 1)
    save_picture(folder / "images/ramen/2.jpg", 2)
    (folder / "meta").mkdir()
    (folder / "meta/train.json").write_text('{"apple_pie": ["apple_pie/1"]}')
    (folder / "meta/test.json").write_text('{"ramen": ["ramen/2"]}')
    source = open_source("food101", home)
    assert (source.classes, list(source.given)) == (("apple pie", "ramen"), ["train", "test"])


def test_damaged_files_of_a_known_dataset_are_told_in_a_sentence(data, home):
    folder = data / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(b"\0\0\x08\3" + struct.pack(">3I", 9, 28, 28))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\1" + struct.pack(">I", 9))
    for name in ("mnist", "mnist_sums"):
        with pytest.raises(DataError, match="fetch"):
            open_source(name, home)


def test_what_is_imported_is_listed_and_opened_by_its_name(data, draw, home):
    import_dataset(draw("set", {"ants": 2, "bees": 3}), "mine", home)
    found = listed(home)["mine"]
    assert (found.classes, found.pictures, found.available, found.source) == (2, 5, True, "imported")
    assert len(open_source("mine", home)) == 5


@pytest.mark.parametrize("name", ["../data/set", "/etc", "set/ants", "", ".", "found", "digits\0"])
def test_a_name_is_compared_and_never_followed(name, data, draw, home):
    shutil.move(draw("set", {"ants": 2, "bees": 2}), data / "set")
    with pytest.raises(DataError, match="There is no dataset called"):
        open_source(name, home)


def test_an_unknown_name_is_answered_with_close_ones(data, home):
    with pytest.raises(DataError, match=r"close to it are hymenoptera, and `datasets` lists"):
        open_source("hymenopetra", home)


@pytest.mark.skipif(find_spec("datasets") is not None, reason="the optional package is installed")
def test_a_hub_dataset_without_the_package_says_what_to_install(home):
    with pytest.raises(MissingExtra, match=r'pip install -e "\.\[hf\]"'):
        open_source("hf:owner/name", home)


def test_a_hub_name_is_no_path(home):
    with pytest.raises(DataError, match="write it as hf:owner/name"):
        open_source("hf:../../etc", home)


@pytest.mark.parametrize("name", ["cifar10", "boats", "hymenoptera"])
def test_without_a_network_one_sentence_says_what_to_put_where(name, data, home, monkeypatch):
    for proxy in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with pytest.raises(DataError, match=rf"put its files or an archive of them as {name}.*THAW_DATA") as caught:
        open_source(name, home)
    assert "\n" not in str(caught.value)
    assert not [path for path in home.folder.rglob("*") if path.is_file()]


def test_the_real_files_are_found(real_data, home):
    found = listed(home)
    for name in ("fashion_mnist", "mnist", "mnist_sums", "cifar10", "hymenoptera", "boats"):
        assert (name, found[name].source) == (name, "found")
    assert found.keys() == DATASETS.keys()
    assert len(open_source("fashion_mnist", home)) == 70_000
