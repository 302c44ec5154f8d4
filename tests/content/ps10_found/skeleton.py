"""Nothing is written yet."""


class Conv2D:
    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        pass

    def forward(self, X):
        pass

    def backward(self, d_output):
        pass


class MaxPool2D:
    def __init__(self, pool_size=2, stride=2):
        pass

    def forward(self, X):
        pass

    def backward(self, d_output):
        pass
