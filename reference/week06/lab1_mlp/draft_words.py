"""What things are usually called in code that trains a small net, and what a mapping passes for them."""

LAYERS = "[n_in, n_hidden, n_out]"
ARGUMENTS = {
    "n_in": "n_in input_size input_dim n_input n_inputs num_inputs inputs in_dim n_x nx input_nodes num_features "
    "n_features inputnodes input_layer_size d_in input in_features inputsize features num_input input_units "
    "input_layer input_node input_dims in_size in_nodes idim",
    "n_hidden": "n_hidden hidden_size hidden_dim hidden num_hidden n_h nh hidden_nodes hiddennodes n_hid d_hidden "
    "hidden_layer_size hidden_units hiddensize hidden_layer num_hiddens num_hidden_units hidden_node "
    "hidden_neurons n_hidden_units hidden_features dim_hidden hidden_layer_neurons hdim",
    "n_out": "n_out output_size output_dim n_output n_outputs num_outputs outputs out_dim n_y ny output_nodes "
    "num_classes n_classes classes outputnodes output_layer_size d_out output out_features outputsize num_output "
    "output_layer output_node nclasses output_units num_labels n_class class_num out_size odim types",
    LAYERS: "sizes layers layer_sizes layer_dims layers_dims dims architecture layers_sizes topology units nodes "
    "layer_dimensions layers_size shape neurons layer_size size dimensions size_list net_size structure",
    "[n_hidden]": "hidden_sizes hidden_layers hidden_dims hiddens hidden_layer_sizes hidden_units_list n_neurons",
    "seed": "seed random_state random_seed rnd_seed",
    "X": "x X a inputs input data images features x_batch x_train input_data xs a0 input_array train_x xb",
    "y": "y t Y target targets label labels y_true truth y_batch y_train labels_batch ys one_hot_y y_onehot "
    "target_array target_output one_hot train_y d_out expected yb y_one_hot y_true_onehot true_labels "
    "correct_output",
    "lr": "lr learning_rate eta alpha step_size rate learningrate",
    "m": "model net network params parameters nn mlp weights",
    "1": "epochs epoch n_epochs num_epochs iterations n_iter num_iterations max_iter n_iterations iters steps "
    "num_iters epoch_num number_of_epochs",
    "len(X)": "batch_size m minibatch_size mini_batch_size size_batch n_samples batchsize minibatch bs",
    "False": "verbose print_cost shuffle print_loss show plot debug train_flg progress",
    "0.0": "reg lamb_da lambd lamda reg_lambda l2 weight_decay momentum regularization decay dropout lmbda "
    "l2_lambda reg_strength lambda_reg l2_reg dropout_rate reg_param",
    "0.1": "std weight_init_std weight_scale init_scale scale",
    "'relu'": "activation hidden_activation activation_function act activation_name act_func activation_type",
}
"""What to pass: what arguments for it are called."""
MEANING = {word: value for value, words in ARGUMENTS.items() for word in words.split()}
OUTPUTS = (
    "y_hat yhat output outputs al a2 a3 pred y_pred predictions probs logits out y_out prediction predicted "
    "predicts"
)
"""What a backward pass calls the forward pass's result."""
BATCHES = "batch mini_batch minibatch"

RUNS = "__call__ forward feedforward feed_forward forward_pass forward_propagation forwardprop run predict"
TRAINS = (
    "train step update fit backward backprop train_step train_batch learn sgd gd optimize gradient_descent"
)
DIFFERENTIATES = "gradient grad backward backprop back_prop back"
UPDATES = "update step apply optim"
NOT_WEIGHTS = "grad dw db delta cache mom vel prev v_ m_ acc history"


def says(name, words):
    """Whether a name has one of the words in it."""
    return any(word in name.lower() for word in words.split())


def made_with():
    """A constructor's arguments are sizes and settings, never a batch: two readings of them."""
    sizes = {word: size for size in ("n_in", "n_out") for word in ARGUMENTS[size].split()}
    rates = dict.fromkeys(ARGUMENTS["lr"].split(), "0.1")
    return tuple(sizes | rates | other for other in ({}, {"hidden_layers": "n_hidden"}))
