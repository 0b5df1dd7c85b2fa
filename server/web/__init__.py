"""What a browser gets beside the API: the widget's files, and the questions and answers as pages."""
