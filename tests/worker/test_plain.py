"""What crosses as data, and what stays as an object."""

import types
from collections import OrderedDict, UserDict
from collections.abc import Mapping

import numpy as np
import pytest

from grader.wire import Remote
from grader.worker.plain import ObjectTable


class Net(Mapping):
    """A student's own class, which has the methods of a mapping."""

    def __getitem__(self, name): ...
    def __iter__(self): ...
    def __len__(self): ...


@pytest.mark.parametrize("kind", [dict, OrderedDict, UserDict, types.MappingProxyType])
def test_any_mapping_of_a_librarys_is_a_dict(kind):
    assert ObjectTable().to_plain(kind({"W1": 1})) == {"W1": 1}


def test_a_students_own_class_is_an_object():
    assert isinstance(ObjectTable().to_plain(Net()), Remote)


@pytest.mark.torch
def test_a_dict_of_parameters_is_a_dict_and_a_module_is_an_object():
    torch = pytest.importorskip("torch")
    values = torch.nn.ParameterDict({"W1": torch.nn.Parameter(torch.ones(2, 3))})
    table = ObjectTable()
    plain = table.to_plain(values)
    assert type(plain) is dict
    assert np.array_equal(table.to_plain(plain["W1"]), np.ones((2, 3)))
    assert isinstance(table.to_plain(torch.nn.Linear(1, 1)), Remote)
