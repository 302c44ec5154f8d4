"""Exercise 4 in TensorFlow."""

try:
    import tensorflow as tf
    from tensorflow import keras
except ImportError:
    print("pip install tensorflow")
    tf = keras = None


def transfer_learning_classifier(n_classes):
    """MobileNet, frozen, and a head."""
    if keras is None:
        return None
    base = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(96, 96, 3))
    base.trainable = False
    return keras.Sequential([base, keras.layers.Dense(n_classes, activation="softmax")])


def fine_tune_model(model, dataset, unfreeze_at=100):
    """First the head, then the layers from ``unfreeze_at`` on."""
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(dataset, epochs=3, verbose=0)
    model.layers[0].trainable = True
    for layer in model.layers[0].layers[:unfreeze_at]:
        layer.trainable = False
    model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(dataset, epochs=3, verbose=0)
    return model


class CustomTrainer:
    """A loop of one's own."""

    def __init__(self, model, optimizer, loss_fn):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.train_loss, self.val_loss = [], []

    def train_step(self, x, y):
        """One step with a gradient tape."""
        with tf.GradientTape() as tape:
            loss = self.loss_fn(y, self.model(x, training=True))
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))
        return loss

    def train(self, train_data, val_data, epochs):
        """Schedule, early stopping, checkpoints, TensorBoard."""
        writer = tf.summary.create_file_writer("logs")
        best, waited = float("inf"), 0
        for epoch in range(epochs):
            losses = [float(self.train_step(x, y)) for x, y in train_data]
            self.train_loss.append(sum(losses) / len(losses))
            losses = [float(self.loss_fn(y, self.model(x))) for x, y in val_data]
            self.val_loss.append(sum(losses) / len(losses))
            with writer.as_default():
                tf.summary.scalar("val_loss", self.val_loss[-1], step=epoch)
            self.optimizer.learning_rate.assign(self.optimizer.learning_rate * 0.95)
            if self.val_loss[-1] < best:
                best, waited = self.val_loss[-1], 0
                self.model.save_weights("best.weights.h5")
            else:
                waited += 1
                if waited >= 5:
                    break


class ModelServer:
    """Predictions of a saved model."""

    def __init__(self, model_path):
        self.model = self.load_model(model_path)

    def load_model(self, model_path):
        """A Keras file."""
        return keras.models.load_model(model_path)

    def preprocess(self, input_data):
        """Pixels to 0…1."""
        return tf.cast(input_data, tf.float32)[..., None] / 255

    def predict(self, input_data):
        """Labels and confidences."""
        p = self.model.predict(self.preprocess(input_data), verbose=0)
        return {"labels": p.argmax(axis=1).tolist(), "confidences": p.tolist()}

    def export_for_production(self):
        """TensorFlow Lite."""
        lite = tf.lite.TFLiteConverter.from_keras_model(self.model).convert()
        with open("model.tflite", "wb") as file:
            file.write(lite)
        return "model.tflite"
