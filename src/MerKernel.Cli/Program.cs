Console.WriteLine("mer");
