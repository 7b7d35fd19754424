"""From a prompt to one mask: the decoder passes, the mask that is taken, what is cleaned up."""
