"""Whether one place of an AWS network can reach another: a question over what AWS's Describe calls say."""
